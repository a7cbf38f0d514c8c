import { diverging, paint, sequential } from '../maps/color-scale.js';

/** A map over the crop, row-major, with the meaning of its values in words beside it. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/**
 * Heat over an image: color says how much, opacity follows so the image stays visible.
 *
 * @param reach the value of the strongest color; maps that are compared share one
 */
export function heatImage(
  { width, height, data }: HeatMap,
  signed: boolean,
  reach = reachOf(data),
): ImageData {
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < data.length; pixel++) {
    const share = (data[pixel] ?? 0) / reach;
    paint(image.data, pixel * 4, signed ? diverging : sequential, signed ? (share + 1) / 2 : share);
    image.data[pixel * 4 + 3] = 60 + 180 * Math.min(1, Math.abs(share));
  }
  return image;
}

/** Largest magnitude in all of the maps, 1 where they are all zero. */
export function reachOf(...maps: readonly Float32Array[]): number {
  let reach = 0;
  for (const map of maps) for (const value of map) reach = Math.max(reach, Math.abs(value));
  return reach || 1;
}
