import type { Model } from '@alexnet/convert';
import { costSplit } from '@alexnet/model';

/** Beyond this a page dies without a word: every output of one image, as float32. */
const LARGEST_ACTIVATIONS = 1e9;
/** Four times the largest usual side; resizing to more only fills memory. */
const LARGEST_SIDE = 2048;

/** Refuses a file that parses but could not be shown. Throws an Error with one clear line. */
export function checkOpened({ spec, preprocessing }: Model): void {
  const { activationBytes } = costSplit(spec).total;
  if (activationBytes > LARGEST_ACTIVATIONS) {
    throw new Error(
      `One image through this network takes ${Math.round(activationBytes / 1e6)} MB; the page stops at 1000.`,
    );
  }
  if (spec.input.channels !== 3) {
    throw new Error(
      `This network reads ${spec.input.channels} channel(s); the viewer shows color images, three.`,
    );
  }
  if (!preprocessing) return;
  const { resize, crop } = preprocessing;
  if (crop.height !== spec.input.height || crop.width !== spec.input.width) {
    throw new Error(
      `The file crops images to ${crop.width} × ${crop.height} but its network reads ${spec.input.width} × ${spec.input.height}.`,
    );
  }
  const small = resize.shorterSide < Math.max(crop.height, crop.width);
  if ((small && crop.padding === undefined) || resize.shorterSide > LARGEST_SIDE) {
    throw new Error(
      `The file resizes images to ${resize.shorterSide} px; a crop of ${crop.width} needs at least that, and ${LARGEST_SIDE} is the most.`,
    );
  }
}
