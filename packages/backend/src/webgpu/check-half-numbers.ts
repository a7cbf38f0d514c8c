import type { Precision } from '@alexnet/model';
import type { Tf } from '../selection/tf.js';
import type { WebgpuBackend } from './kernels/program.js';

/** Of A and B: one tile and a little more, in numbers that half precision has exactly. */
const [ROWS, DEPTH, COLUMNS] = [132, 36, 68];
/** Not among those, so that an overflow must show. */
const TOO_LARGE = 1e5;
/** Of A, all of whose results are then not finite. */
const BROKEN_ROW = 70;

/**
 * Compares products in half precision with those in float32 on this device: both ways of reading A, and
 * what is too large for the type. Source of the exactness: factors of 7 bits, sums below 2^24 of their units.
 *
 * @param way how they are computed
 * @returns why they are not to be used; null where they are right
 */
export async function checkHalfNumbers(
  tf: Tf,
  backend: WebgpuBackend,
  way: Pick<WebgpuBackend, 'halfNumbers' | 'matrixShape'>,
): Promise<string | null> {
  const { halfNumbers, matrixShape, precision } = backend;
  const results = async (precision: Precision) => {
    Object.assign(backend, { ...way, precision });
    const products = tf.tidy(() => {
      const a = tf.tensor2d(valuesOf(ROWS * DEPTH, 7), [ROWS, DEPTH]);
      const b = tf.tensor2d(valuesOf(DEPTH * COLUMNS, 11), [DEPTH, COLUMNS]);
      return [tf.matMul(a, b), tf.matMul(tf.transpose(a), b, true)];
    });
    try {
      return await Promise.all(products.map((product) => product.data<'float32'>()));
    } finally {
      tf.dispose(products);
    }
  };
  try {
    const exact = await results('fp32');
    const half = await results('fp16');
    return half.every((values, i) => agree(values, exact[i] as Float32Array))
      ? null
      : 'its products are not those of float32';
  } catch (error) {
    return `it does not run: ${(error as Error).message.split('\n', 1)[0]}`;
  } finally {
    Object.assign(backend, { halfNumbers, matrixShape, precision });
  }
}

function agree(half: Float32Array, exact: Float32Array): boolean {
  return half.every((value, i) =>
    Math.floor(i / COLUMNS) === BROKEN_ROW ? !Number.isFinite(value) : value === exact[i],
  );
}

/** Multiples of 1/64 in [-1, 1], none of them 0; of A one number that is too large. */
function valuesOf(count: number, seed: number): Float32Array {
  const values = Float32Array.from({ length: count }, (_, i) => {
    const step = ((i * 37 + seed * 11) % 64) + 1;
    return (i % 3 === 0 ? -step : step) / 64;
  });
  if (count === ROWS * DEPTH) values[BROKEN_ROW * DEPTH + 5] = TOO_LARGE;
  return values;
}
