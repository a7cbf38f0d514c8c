import type { Rng } from '@alexnet/augment';
import type { Tf } from '@alexnet/model';

type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** Lucid's usual steps, lucid/optvis/transform.py `standard_transforms`, for images of 224 px. */
const JITTER_SHARE = 8 / 224;
const SCALES = [0.9, 0.95, 1, 1.05, 1.1] as const;
const DEGREES = [-10, -5, 0, 5, 10] as const;

/** Rows of an affine map from places of the result to places of the image, px. */
type Affine = readonly [number, number, number, number, number, number];

/**
 * The image moved, scaled and turned a little, by bilinear sampling with mirrored edges: what only
 * works at one very place does not survive it.
 *
 * Its slope samples the slope above by the inverse map: tfjs has none for its transform.
 */
export function shake(tf: Tf, image: Tensor4D, rng: Rng): Tensor4D {
  const [, height, width] = image.shape;
  const pick = <T>(values: readonly T[]) => values[rng.below(values.length)] as T;
  const scale = pick(SCALES);
  const turn = (pick(DEGREES) * Math.PI) / 180;
  const move = () => (2 * rng.next() - 1) * JITTER_SHARE * Math.min(height, width);
  const forward = affine(turn, 1 / scale, (width - 1) / 2, (height - 1) / 2, move(), move());
  const back = inverse(forward);
  const sample = (from: Tensor4D, map: Affine): Tensor4D =>
    tf.image.transform(from, tf.tensor2d([...map, 0, 0], [1, 8]), 'bilinear', 'reflect', 0, [
      height,
      width,
    ]);
  const run = tf.customGrad((x) => ({
    value: sample(x as Tensor4D, forward),
    gradFunc: (slope) => tf.mul(sample(slope as Tensor4D, back), scale * scale),
  }));
  return run(image) as Tensor4D;
}

/** Turns and scales about a center, then moves, px. */
function affine(
  turn: number,
  scale: number,
  cx: number,
  cy: number,
  dx: number,
  dy: number,
): Affine {
  const [c, s] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  return [c, -s, cx - c * cx + s * cy + dx, s, c, cy - s * cx - c * cy + dy];
}

function inverse([a, b, x, c, d, y]: Affine): Affine {
  const determinant = a * d - b * c;
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  return [ia, ib, -(ia * x + ib * y), ic, id, -(ic * x + id * y)];
}
