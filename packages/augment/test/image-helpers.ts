import type { Preprocessing } from '@alexnet/model';
import type { RgbImage } from '../src/index.js';

/** An image whose pixel at (x, y) is [x, y, x + y]: every crop shows where it came from. */
export function positionImage(width: number, height = width): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, x + y], (y * width + x) * 3);
  }
  return { width, height, data };
}

/** Preprocessing that leaves pixel values as they are. */
export function plain(shorterSide: number, crop: number): Preprocessing {
  return {
    resize: { shorterSide },
    crop: { height: crop, width: crop },
    channelOrder: 'rgb',
    range: 255,
    mean: null,
    std: null,
  };
}
