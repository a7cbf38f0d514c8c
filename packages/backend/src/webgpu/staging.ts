import { BackendError } from '../backend-error.js';
import { type Device, type DeviceBuffer, MAP_MODE, USAGE } from './webgpu-types.js';

/** Buffers kept: the images of the steps under way. */
const KEPT = 4;

/** Mapped buffers that values are written to on their way to the device. */
export interface Staging {
  /** A buffer that holds `values`, unmapped, to be copied from. */
  fill(values: Float32Array | Int32Array | Uint8Array): DeviceBuffer;
  /** Takes it back once the copy was submitted: it is mapped again when the GPU has read it. */
  takeBack(buffer: DeviceBuffer): void;
}

const stagings = new WeakMap<object, Staging>();

/**
 * The staging buffers of a device, kept for the next values of the same size: a batch of 128 images,
 * 75 MiB, would cost an allocation, the clearing that WebGPU demands and the pinning of its pages in
 * every step.
 */
export function stagingOf(device: Device): Staging {
  const staging = stagings.get(device) ?? createStaging(device);
  stagings.set(device, staging);
  return staging;
}

function createStaging(device: Device): Staging {
  const idle: DeviceBuffer[] = [];
  const take = (size: number): DeviceBuffer => {
    const index = idle.findIndex((buffer) => buffer.size === size);
    const kept = index < 0 ? undefined : idle.splice(index, 1)[0];
    const usage = USAGE.mapWrite | USAGE.copySource;
    return kept ?? device.createBuffer({ size, usage, mappedAtCreation: true });
  };
  const give = (buffer: DeviceBuffer) => {
    idle.push(buffer);
    if (idle.length > KEPT) idle.shift()?.destroy();
  };
  /** Either may throw where memory is full, without a word. */
  const takeMapped = (size: number) => {
    try {
      const buffer = take(size);
      return { buffer, range: buffer.getMappedRange() };
    } catch (error) {
      throw new BackendError(
        'no-memory',
        `WebGPU error: no memory to bring ${Math.ceil(size / 2 ** 20)} MiB to the GPU; a smaller batch or network fits`,
        { cause: error },
      );
    }
  };
  return {
    fill(values) {
      const { buffer, range } = takeMapped(values.byteLength);
      const { byteOffset, byteLength } = values;
      new Uint8Array(range).set(new Uint8Array(values.buffer, byteOffset, byteLength));
      buffer.unmap();
      return buffer;
    },
    takeBack(buffer) {
      buffer.mapAsync(MAP_MODE.write).then(
        () => give(buffer),
        () => buffer.destroy(),
      );
    },
  };
}
