import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackendName } from '../selection/backend-name.js';
import type { Tf } from '../selection/tf.js';
import { CHECKS } from './kernel-checks.js';

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
  /** What was compared, in words. */
  readonly compared: readonly string[];
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
 * Computes small layers and their gradients on `name` and on the cpu backend, by tfjs' ops and by whichever
 * kernels of this package `name` has, and compares the results.
 * The current backend is `name` afterwards.
 *
 * @param extent `essential`: less of it, for a device that takes a second to compile a program
 */
export async function selfCheck(
  tf: Tf,
  name: BackendName,
  extent: 'whole' | 'essential' = 'whole',
): Promise<SelfCheck> {
  const checks = CHECKS.filter(
    ({ kernels, isEssential }) =>
      (isEssential || extent === 'whole') && kernels.every((kernel) => tf.getKernel(kernel, name)),
  );
  const reference = await compute(tf, 'cpu', () => checks.map(({ plain }) => plain(tf)));
  const start = performance.now();
  const actual = await compute(tf, name, () => checks.map(({ run }) => run(tf)));
  const milliseconds = performance.now() - start;
  let error = 0;
  for (const [i, expected] of reference.entries()) {
    error = Math.max(error, relativeError(actual[i] ?? new Float32Array(), expected));
  }
  const tolerance = TOLERANCES[name];
  const compared = checks.map((check) => check.name);
  return { error, tolerance, passed: error <= tolerance, compared, milliseconds };
}

async function compute(
  tf: Tf,
  name: BackendName,
  work: () => Tensor[][],
): Promise<readonly Float32Array[]> {
  if (!(await tf.setBackend(name))) throw new Error(`the ${name} backend does not start`);
  const results = tf.tidy(work).flat();
  const data = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return data as Float32Array[];
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
