import { drawBeta } from './draw-beta.js';
import type { Rng } from './rng.js';

/** A batch to be mixed in place. */
export interface MixableBatch {
  /** `[batch, height, width, 3]` float32, normalized. */
  readonly images: Float32Array;
  /** `[batch, classes]` float32, each row a probability distribution. */
  readonly targets: Float32Array;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Mixup (Zhang et al. 2017): every image and target becomes λ·itself + (1 − λ)·its predecessor, the
 * first one's being the last. One λ ~ Beta(α, α) a batch, as torchvision's RandomMixup.
 *
 * @param alpha In (0, 1]; 0.2 is usual.
 * @returns λ.
 */
export function mixup(batch: MixableBatch, alpha: number, rng: Rng): number {
  checkBatch(batch);
  const lambda = drawBeta(alpha, rng);
  mixRows(batch.images, batch.batch, lambda);
  mixRows(batch.targets, batch.batch, lambda);
  return lambda;
}

/**
 * CutMix (Yun et al. 2019): a box of every image is replaced by its predecessor's; targets are mixed
 * by the area that stayed. One box a batch, as torchvision's RandomCutmix.
 *
 * @param alpha In (0, 1]; 1 is usual.
 * @returns λ, the share of every image that stayed.
 */
export function cutmix(batch: MixableBatch, alpha: number, rng: Rng): number {
  checkBatch(batch);
  const { height, width, images } = batch;
  // The box has the proportions of the image, is placed by its center and clipped (paper, eq. 2).
  const half = 0.5 * Math.sqrt(1 - drawBeta(alpha, rng));
  const x = rng.below(width);
  const y = rng.below(height);
  const left = Math.max(0, Math.round(x - half * width));
  const right = Math.min(width, Math.round(x + half * width));
  const top = Math.max(0, Math.round(y - half * height));
  const bottom = Math.min(height, Math.round(y + half * height));
  const size = height * width * 3;
  const last = images.slice((batch.batch - 1) * size, batch.batch * size);
  for (let i = batch.batch - 1; i >= 0; i--) {
    const source = i === 0 ? last : images.subarray((i - 1) * size, i * size);
    for (let row = top; row < bottom; row++) {
      const at = (row * width + left) * 3;
      const length = Math.max(0, right - left) * 3;
      images.set(source.subarray(at, at + length), i * size + at);
    }
  }
  const cut = Math.max(0, right - left) * Math.max(0, bottom - top);
  const lambda = 1 - cut / (height * width);
  mixRows(batch.targets, batch.batch, lambda);
  return lambda;
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

function checkBatch({ batch, height, width, images, targets }: MixableBatch): void {
  const needed = batch * height * width * 3;
  if (!Number.isInteger(batch) || batch < 1 || images.length !== needed) {
    throw new RangeError(
      `a batch of ${batch} × ${height} × ${width} × 3 has ${needed} values, not ${images.length}`,
    );
  }
  if (targets.length === 0 || targets.length % batch !== 0) {
    throw new RangeError(`${targets.length} target values are not ${batch} rows`);
  }
}
