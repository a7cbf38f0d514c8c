import type { RgbImage } from '@alexnet/augment';

/** A gray square laid over an image. */
export interface Cover {
  /** Its center, shares of width and height from the left and the top, 0 to 1. */
  readonly x: number;
  readonly y: number;
  /** Its side as a share of the image's shorter side, 0 to 1. */
  readonly size: number;
}

/** Mid gray: what Zeiler and Fergus (2014, section 4.2) cover with. */
const GRAY = 128;

/** Places of the covered pixels: from the first to before the last. */
export function coverBox({ width, height }: Pick<RgbImage, 'width' | 'height'>, cover: Cover) {
  const half = (cover.size * Math.min(width, height)) / 2;
  const range = (center: number, length: number) => ({
    from: Math.max(0, Math.round(center * length - half)),
    to: Math.min(length, Math.round(center * length + half)),
  });
  return { columns: range(cover.x, width), rows: range(cover.y, height) };
}

/** The image with a gray square on it. */
export function covered(image: RgbImage, cover: Cover): RgbImage {
  const data = image.data.slice();
  const { columns, rows } = coverBox(image, cover);
  for (let row = rows.from; row < rows.to; row++) {
    const start = row * image.width;
    data.fill(GRAY, (start + columns.from) * 3, (start + columns.to) * 3);
  }
  return { ...image, data };
}
