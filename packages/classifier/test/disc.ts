import type { RgbImage } from '@alexnet/files/image';

/** A gradient with a disc on it, 80 × 64 px. */
export function disc(): RgbImage {
  const data = new Uint8Array(80 * 64 * 3);
  for (let y = 0, i = 0; y < 64; y++) {
    for (let x = 0; x < 80; x++, i += 3) {
      const inside = (x - 40) ** 2 + (y - 32) ** 2 < 400;
      data.set(inside ? [250, 120, 30] : [x * 3, y * 3, 90], i);
    }
  }
  return { width: 80, height: 64, data };
}

/** The same with an opaque alpha channel, as `ImageData` has it. */
export function discRgba(): Uint8ClampedArray<ArrayBuffer> {
  const { data } = disc();
  const rgba = new Uint8ClampedArray((data.length / 3) * 4).fill(255);
  for (let i = 0; i < data.length / 3; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return rgba;
}
