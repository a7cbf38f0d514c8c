import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { BackendName } from '../selection/backend-name.js';
import type { Tf } from '../selection/tf.js';

/** How far a backend is from the cpu backend. */
export interface SelfCheck {
  /** Largest difference from the cpu backend, relative to the largest value of that tensor. */
  readonly error: number;
  /**
   * The largest error that passes, relative: 1e-5 for tensorflow, 1e-4 for wasm, 1e-3 for webgpu
   * and webgl.
   */
  readonly tolerance: number;
  readonly passed: boolean;
  /** Wall time of the backend's own part, compilation of its kernels included. */
  readonly milliseconds: number;
}

/** fp32 tolerances of the parity ladder, by backend. Source: the project's design, §9. */
const TOLERANCES: Readonly<Record<BackendName, number>> = {
  tensorflow: 1e-5,
  webgpu: 1e-3,
  webgl: 1e-3,
  wasm: 1e-4,
  cpu: 0,
};

/**
 * Runs a convolution, a ReLU, response normalization, max-pooling and a matrix product forward and backward
 * on `name` and on the cpu backend and compares the output and all four gradients.
 * The current backend is `name` afterwards.
 */
export async function selfCheck(tf: Tf, name: BackendName): Promise<SelfCheck> {
  const reference = await compute(tf, 'cpu');
  const start = performance.now();
  const actual = await compute(tf, name);
  const milliseconds = performance.now() - start;
  let error = 0;
  for (const [i, expected] of reference.entries()) {
    error = Math.max(error, relativeError(actual[i] ?? new Float32Array(), expected));
  }
  const tolerance = TOLERANCES[name];
  return { error, tolerance, passed: error <= tolerance, milliseconds };
}

async function compute(tf: Tf, name: BackendName): Promise<readonly Float32Array[]> {
  if (!(await tf.setBackend(name))) throw new Error(`the ${name} backend does not start`);
  const results = tf.tidy(() => {
    const inputs = [
      ramp(tf, [2, 15, 15, 3], 7),
      ramp(tf, [3, 3, 3, 8], 11),
      ramp(tf, [72, 5], 13),
    ] as const;
    const forward = (...[x, filter, weight]: Tensor[]): Tensor => {
      const y = tf.relu(tf.conv2d(x as Tensor4D, filter as Tensor4D, 2, 'valid'));
      const normal = tf.localResponseNormalization(y as Tensor4D, 2, 2, 1e-2, 0.75);
      const pooled = tf.maxPool(normal as Tensor4D, 3, 2, 'valid');
      return tf.matMul(tf.reshape(pooled, [2, 72]), weight as Tensor2D);
    };
    const output = forward(...inputs);
    return [output, ...tf.grads(forward)([...inputs], ramp(tf, [2, 5], 3))];
  });
  const data = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return data as Float32Array[];
}

/** Values in [-1, 1) without ties in any window: a Weyl sequence of the golden ratio. */
function ramp(tf: Tf, shape: number[], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from(
    { length: count },
    (_, i) => 2 * (((i + seed) * 0.61803398875) % 1) - 1,
  );
  return tf.tensor(data, shape);
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let worst = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs((actual[i] ?? Number.NaN) - value);
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    scale = Math.max(scale, Math.abs(value));
    worst = Math.max(worst, difference);
  }
  return worst / scale;
}
