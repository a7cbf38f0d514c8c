import * as v from 'valibot';
import type { Batch } from '../../batch/batch.js';
import { drawBeta } from '../../draw-beta.js';
import { below } from '../../settings/schemas.js';
import { operation } from '../step.js';
import { probability, untilEpoch } from './options.js';

/** Of Beta(α, α), from which the share is drawn that stays. */
// @__NO_SIDE_EFFECTS__
const alpha = () =>
  v.pipe(
    v.number(),
    v.gtValue(0),
    v.maxValue(1),
    v.description('The share that stays is drawn from Beta(α, α); above 0, at most 1.'),
  );

/**
 * Mixup (Zhang et al. 2017): every image and target becomes λ·itself + (1 − λ)·its predecessor, the
 * first one's being the last. One λ ~ Beta(α, α) a batch, as torchvision's MixUp.
 */
export const mixup = operation(
  () =>
    v.strictObject({
      op: v.literal('mixup'),
      alpha: v.optional(alpha(), 0.2),
      probability: v.optional(probability('the batches that are mixed'), 1),
      untilEpoch: untilEpoch(),
    }),
  ({ alpha, probability: share }) => ({
    stage: 'batch',
    mixes: true,
    apply: ({ pixels, targets, labels }, rng) => {
      if (rng.next() >= share) return;
      const lambda = drawBeta(alpha, rng);
      mixRows(pixels, labels.length, lambda);
      mixRows(targets, labels.length, lambda);
    },
  }),
);

/**
 * CutMix (Yun et al. 2019): a box of every image is replaced by its predecessor's; targets are mixed
 * by the area that stayed. One box a batch, as torchvision's CutMix.
 */
export const cutmix = operation(
  () =>
    v.strictObject({
      op: v.literal('cutmix'),
      alpha: v.optional(alpha(), 1),
      probability: v.optional(probability('the batches that are mixed'), 1),
      untilEpoch: untilEpoch(),
    }),
  ({ alpha, probability: share }) => ({
    stage: 'batch',
    mixes: true,
    apply: (batch, rng) => {
      if (rng.next() >= share) return;
      const [height, width] = batch.imageShape;
      // The box has the proportions of the image, is placed by its center and clipped (paper, eq. 2).
      const half = 0.5 * Math.sqrt(1 - drawBeta(alpha, rng));
      const x = rng.below(width);
      const y = rng.below(height);
      const left = Math.max(0, Math.round(x - half * width));
      const right = Math.min(width, Math.round(x + half * width));
      const top = Math.max(0, Math.round(y - half * height));
      const bottom = Math.min(height, Math.round(y + half * height));
      pasteBox(batch, { left, right, top, bottom });
      const cut = (right - left) * (bottom - top);
      mixRows(batch.targets, batch.labels.length, 1 - cut / (height * width));
    },
  }),
);

/**
 * The target of an image is its own class by 1 − amount, and every class by amount / classes
 * (Szegedy et al. 2015, section 7).
 */
export const labelSmoothing = operation(
  () =>
    v.strictObject({
      op: v.literal('labelSmoothing'),
      amount: v.optional(below(0, 1, 'Probability mass spread over all classes.'), 0.1),
    }),
  ({ amount }) => ({
    stage: 'batch',
    mixes: false,
    apply: ({ targets, labels }) => {
      const floor = Math.fround(amount / (targets.length / labels.length));
      const kept = Math.fround(1 - amount);
      for (let i = 0; i < targets.length; i++) {
        targets[i] = Math.fround((targets[i] as number) * kept) + floor;
      }
    },
  }),
);

function pasteBox(
  { pixels, imageShape: [height, width], labels }: Batch,
  box: { left: number; right: number; top: number; bottom: number },
): void {
  const size = height * width * 3;
  const last = pixels.slice((labels.length - 1) * size);
  for (let i = labels.length - 1; i >= 0; i--) {
    const source = i === 0 ? last : pixels.subarray((i - 1) * size, i * size);
    for (let row = box.top; row < box.bottom; row++) {
      const at = (row * width + box.left) * 3;
      const length = (box.right - box.left) * 3;
      pixels.set(source.subarray(at, at + length), i * size + at);
    }
  }
}

/** row[i] ← λ·row[i] + (1 − λ)·row[i − 1], from the last to the first, whose predecessor is the last. */
function mixRows(values: Float32Array, rows: number, lambda: number): void {
  const size = values.length / rows;
  const last = values.slice((rows - 1) * size);
  for (let i = rows - 1; i >= 0; i--) {
    const source = i === 0 ? last : values.subarray((i - 1) * size, i * size);
    const at = i * size;
    for (let k = 0; k < size; k++) {
      values[at + k] = lambda * (values[at + k] as number) + (1 - lambda) * (source[k] as number);
    }
  }
}
