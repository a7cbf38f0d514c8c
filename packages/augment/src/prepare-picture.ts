import type { Preprocessing } from '@alexnet/model';
import { centreBox, channelAffine, checkRoom, writeCrop } from './normalise-crop.js';
import type { Picture } from './picture.js';
import { resizeShorterSide } from './resize-picture.js';

/**
 * Prepares one picture for evaluation: resize the shorter side, centre crop, channel order, value
 * range, mean, deviation.
 *
 * @returns `[crop.height, crop.width, 3]` float32.
 * @throws {RangeError} when the crop is larger than the resized picture.
 */
export function preparePicture(picture: Picture, preprocessing: Preprocessing): Float32Array {
  const { crop } = preprocessing;
  const out = new Float32Array(crop.height * crop.width * 3);
  checkRoom(preprocessing, out, 0);
  const resized = resizeShorterSide(picture, preprocessing.resize.shorterSide);
  writeCrop(out, 0, resized, centreBox(resized, crop), false, channelAffine(preprocessing));
  return out;
}
