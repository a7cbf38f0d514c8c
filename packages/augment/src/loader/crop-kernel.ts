import { type CropWriter, writeCrop } from '../normalize-crop.js';
import { CROP_KERNEL } from './crop-kernel-wasm.js';

/** Six pairs of doubles and sixteen bytes at the beginning of the memory, see `crop-kernel.wat`. */
export const KERNEL_BYTES = 112;
/** The kernel reads sixteen bytes where it needs twelve. */
export const KERNEL_OVERRUN = 4;
/** Pixels it takes at once. */
const STEP = 4;

type Kernel = (
  from: number,
  stride: number,
  step: number,
  to: number,
  width: number,
  height: number,
  constants: number,
) => void;

let compiled: WebAssembly.Module | undefined;

/**
 * `writeCrop` by WebAssembly, seven times as fast and the same to the bit, for outputs that lie in
 * `memory`; for others, and images it has no room for, it is `writeCrop` itself.
 *
 * @param memory Shared, with {@link KERNEL_BYTES} at its beginning kept free.
 * @param room So many bytes of `memory` for an image from elsewhere, with {@link KERNEL_OVERRUN} more
 * behind them, or null.
 */
export function createCropWriter(
  memory: WebAssembly.Memory,
  room: (bytes: number) => Uint8Array | null = () => null,
): CropWriter {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(CROP_KERNEL), (c) => c.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled, { loader: { memory } });
  const kernel = exports.writeCrop as Kernel;
  const { buffer } = memory;
  const constants = new Float64Array(buffer, 0, 12);
  const order = new Uint8Array(buffer, constants.byteLength, 16);
  return (out, outOffset, image, box, flip, affine) => {
    const { top, left, height, width } = box;
    const fits = out.buffer === buffer && width >= STEP;
    const data = fits && image.data.buffer !== buffer ? room(image.data.length) : image.data;
    if (!fits || data === null) {
      writeCrop(out, outOffset, image, box, flip, affine);
      return;
    }
    if (data !== image.data) data.set(image.data);
    const stride = image.width;
    for (let i = 0; i < 6; i++) {
      constants[i] = affine.scale[i % 3] as number;
      constants[6 + i] = affine.shift[i % 3] as number;
    }
    for (let i = 0; i < 3 * STEP; i++) {
      const pixel = Math.floor(i / 3);
      order[i] = 3 * (flip ? STEP - 1 - pixel : pixel) + (affine.order[i % 3] as number);
    }
    kernel(
      data.byteOffset + (top * stride + left + (flip ? width - STEP : 0)) * 3,
      3 * stride,
      (flip ? -3 : 3) * STEP,
      out.byteOffset + outOffset * Float32Array.BYTES_PER_ELEMENT,
      width,
      height,
      0,
    );
  };
}
