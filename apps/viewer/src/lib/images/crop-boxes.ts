import type { Preprocessing } from '@alexnet/model';

/** A rectangle on the resized image, in its pixels. */
export interface Box {
  readonly name: string;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * The five places the ten crops come from, in the order of `prepareTenCrop`: the corners of the
 * central square and its middle. A test holds the two together.
 */
export function cropBoxes(size: Size, crop: Preprocessing['crop']): Box[] {
  const side = Math.min(size.height, size.width);
  const top = centerOffset(size.height, side);
  const left = centerOffset(size.width, side);
  const bottom = top + side - crop.height;
  const right = left + side - crop.width;
  const box = (name: string, y: number, x: number): Box => ({ name, top: y, left: x, ...crop });
  return [
    box('top left', top, left),
    box('top right', top, right),
    box('center', centerOffset(size.height, crop.height), centerOffset(size.width, crop.width)),
    box('bottom left', bottom, left),
    box('bottom right', bottom, right),
  ];
}

/** An odd rest is halved to the even neighbor, as `@alexnet/augment` and torchvision do. */
function centerOffset(size: number, crop: number): number {
  const lower = Math.floor((size - crop) / 2);
  return (size - crop) % 2 === 0 || lower % 2 === 0 ? lower : lower + 1;
}

/** The rule in words, as numbers the image really met. */
export function cropRule(original: Size, resized: Size, { resize, crop }: Preprocessing): string {
  const from = `${original.width} × ${original.height}`;
  const to = `${resized.width} × ${resized.height}`;
  const side = resize.squash ? `squashed to ${to}` : `shorter side to ${resize.shorterSide}: ${to}`;
  const already = resize.squash ? 'already as large' : `shorter side already ${resize.shorterSide}`;
  const wider = resized.width < crop.width || resized.height < crop.height;
  const padded = wider && crop.padding !== undefined ? `, padded with gray ${crop.padding}` : '';
  return `${from} px, ${from === to ? already : side}; crop ${crop.width} × ${crop.height}${padded}.`;
}
