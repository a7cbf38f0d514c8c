import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type Tf, watchKernels } from '../src/node.js';

/** Deterministic values in [-1, 1): a test that fails must fail again. */
export function values(count: number, seed: number): Float32Array {
  let state = seed >>> 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function tensor<Shape extends number[]>(tf: Tf, shape: Shape, seed: number) {
  const count = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(values(count, seed), shape);
}

/** Runs `work` on a backend and reads its result; nothing stays allocated. */
export async function on(tf: Tf, backend: string, work: () => Tensor): Promise<Float32Array> {
  await tf.setBackend(backend);
  const result = tf.tidy(work);
  const data = (await result.data()) as Float32Array;
  result.dispose();
  return data;
}

/** Largest difference relative to the largest reference value (DESIGN §9: 1e-4 on wasm). */
export function expectClose(
  actual: Float32Array,
  reference: Float32Array,
  tolerance: number,
): void {
  expect(actual.length).toBe(reference.length);
  const scale = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  for (const [i, value] of reference.entries()) {
    worst = Math.max(worst, Math.abs((actual[i] ?? Number.NaN) - value));
  }
  expect(scale).toBeGreaterThan(0);
  expect(worst / scale).toBeLessThan(tolerance);
}

/** The same values to the bit, but for what is in a NaN; `toEqual` takes seconds for so many. */
export function expectSame(actual: Float32Array, reference: Float32Array): void {
  expect(actual.length).toBe(reference.length);
  expect(reference.length).toBeGreaterThan(0);
  expect(actual.findIndex((value, i) => !Object.is(value, reference[i]))).toBe(-1);
}

/**
 * `work`, and a failure unless it runs `kernel`: as ours, or handed on to tfjs where `isFast` is false.
 * A fast kernel that always falls back would otherwise pass every comparison.
 */
export function running<Result>(kernel: string, work: () => Result, isFast = true): () => Result {
  return () => {
    const ran: boolean[] = [];
    const stop = watchKernels((run) => {
      if (run.kernel === kernel) ran.push(run.isFast);
    });
    try {
      return work();
    } finally {
      stop();
      expect(ran, `runs of ${kernel}, and whether by its own code`).toContain(isFast);
      expect(ran).not.toContain(!isFast);
    }
  };
}
