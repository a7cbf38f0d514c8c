import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';

/** Sums over the processes that train one network together. All of them ask for the same, in the same order. */
export interface Collectives {
  /** Replaces values by their sums, the same bits in every process. Float32Array, Float64Array or Int32Array. */
  sum(values: Float32Array | Float64Array | Int32Array): void;
  /** Sums of float32 tensors, of their shapes, in one flat reduction; the caller's to dispose. */
  sumTensors(tensors: readonly Tensor[]): Tensor[];
  /** Milliseconds since the last call: reductions under way, and the part of it in which nothing else went on. */
  takeTimes(): { readonly busyMs: number; readonly waitMs: number };
}

/** A backend that computes with others. */
interface CollectiveBackend {
  readonly collectives?: Collectives;
}

/** How the current backend sums over processes; undefined where it computes alone. */
export function collectivesOf(tf: Tf): Collectives | undefined {
  return (tf.backend() as CollectiveBackend).collectives;
}
