import type { Tf } from '../selection/tf.js';
import type { WebgpuBackend } from './kernels/program.js';

/** Of A and B: one tile and a little more, in numbers that half precision has exactly. */
const [ROWS, DEPTH, COLUMNS] = [132, 36, 68];
/** Not among those, so that an overflow must show. */
const TOO_LARGE = 1e5;
/** Of A, all of whose results are then not finite. */
const BROKEN_ROW = 70;

/**
 * Compares products in half precision on this device with exact ones: both ways of reading A, and
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
  const [left, right] = [valuesOf(ROWS * DEPTH, 7), valuesOf(DEPTH * COLUMNS, 11)];
  try {
    Object.assign(backend, { ...way, precision: 'fp16' });
    const products = tf.tidy(() => {
      const a = tf.tensor2d(left, [ROWS, DEPTH]);
      const b = tf.tensor2d(right, [DEPTH, COLUMNS]);
      return [tf.matMul(a, b), tf.matMul(tf.transpose(a), b, true)];
    });
    const reading = Promise.all(products.map((product) => product.data<'float32'>()));
    const results = await reading.finally(() => tf.dispose(products));
    const exact = productOf(left, right);
    return results.every((values) => agree(values, exact))
      ? null
      : 'its products are not those of float32';
  } catch (error) {
    return `it does not run: ${(error as Error).message.split('\n', 1)[0]}`;
  } finally {
    Object.assign(backend, { halfNumbers, matrixShape, precision });
  }
}

function agree(half: Float32Array, exact: Float64Array): boolean {
  return half.every((value, i) =>
    Math.floor(i / COLUMNS) === BROKEN_ROW ? !Number.isFinite(value) : value === exact[i],
  );
}

/** In double precision, row by row. */
function productOf(a: Float32Array, b: Float32Array): Float64Array {
  const product = new Float64Array(ROWS * COLUMNS);
  for (let row = 0; row < ROWS; row++) {
    for (let k = 0; k < DEPTH; k++) {
      const factor = a[row * DEPTH + k] as number;
      for (let column = 0; column < COLUMNS; column++) {
        const at = row * COLUMNS + column;
        product[at] = (product[at] as number) + factor * (b[k * COLUMNS + column] as number);
      }
    }
  }
  return product;
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
