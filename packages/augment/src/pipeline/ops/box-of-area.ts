import type { CropBox } from '@alexnet/files/image';
import { exponential, naturalLog } from '../../elementary.js';
import type { Rng } from '../../rng.js';

/** Smallest and largest. */
export type Interval = readonly [number, number];

/** torchvision gives up after ten tries too. */
const TRIES = 10;

/**
 * A random box: its share of the image's area uniform in `scale`, its proportions log-uniform in
 * `ratio`, its place uniform.
 *
 * @param kind As torchvision's RandomResizedCrop, where `ratio` is width / height and a box may be all of
 * the image, or its RandomErasing, where it is height / width and a box is smaller than the image.
 * @returns `null` when ten boxes in a row did not fit.
 */
export function drawBoxOfArea(
  kind: 'crop' | 'erasing',
  { height, width }: { readonly height: number; readonly width: number },
  scale: Interval,
  ratio: Interval,
  rng: Rng,
): CropBox | null {
  const [from, to] = [naturalLog(ratio[0]), naturalLog(ratio[1])];
  const most = kind === 'crop' ? 0 : 1;
  for (let i = 0; i < TRIES; i++) {
    const area = height * width * (scale[0] + (scale[1] - scale[0]) * rng.next());
    const aspect = exponential(from + (to - from) * rng.next());
    const long = Math.round(Math.sqrt(area * aspect));
    const other = Math.round(Math.sqrt(area / aspect));
    const [w, h] = kind === 'crop' ? [long, other] : [other, long];
    if (w < 1 || h < 1 || w > width - most || h > height - most) continue;
    const top = rng.below(height - h + 1);
    return { top, left: rng.below(width - w + 1), height: h, width: w };
  }
  return null;
}

/** @throws {RangeError} for shares and proportions that cannot be drawn. */
export function checkIntervals(scale: Interval, ratio: Interval): void {
  if (!(scale[0] <= scale[1] && scale[1] <= 1)) {
    throw new RangeError(`scale must be 0 < smallest ≤ largest ≤ 1, not [${scale}]`);
  }
  if (ratio[0] > ratio[1]) {
    throw new RangeError(`ratio must be 0 < smallest ≤ largest, not [${ratio}]`);
  }
}
