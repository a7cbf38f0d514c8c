import { diverging, paint, sequential } from '../maps/color-scale.js';

/** A map over the crop, row-major, with the meaning of its values in words beside it. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Heat over an image: color says how much, opacity follows so the image stays visible. */
export function heatImage({ width, height, data }: HeatMap, signed: boolean): ImageData {
  const image = new ImageData(width, height);
  const reach = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  for (let pixel = 0; pixel < data.length; pixel++) {
    const share = (data[pixel] ?? 0) / reach;
    paint(image.data, pixel * 4, signed ? diverging : sequential, signed ? (share + 1) / 2 : share);
    image.data[pixel * 4 + 3] = 60 + 180 * Math.min(1, Math.abs(share));
  }
  return image;
}
