import type { Place } from '@alexnet/augment';
import type { Weight } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * The processes that train one network together, each on its share of every batch, as one of them sees
 * it. What a method is asked for, every process asks for, in the same order.
 */
export interface World extends Place {
  /** Replaces values by their sums over all processes. */
  sum(values: Float64Array): void;
  /** Sums of float32 tensors, of their shapes; the caller's to dispose. */
  sumTensors(tensors: readonly Tensor[]): Tensor[];
  /** What every process says, by rank. */
  gather<T>(value: T): readonly T[];
  /** The first process's weights, or whatever has their form. */
  broadcast(weights: ReadonlyMap<string, Weight>): void;
  /** @throws TrainingError `ranks-differ` where a process holds other bits than the first */
  requireSame(what: string, weights: ReadonlyMap<string, Weight>): void;
  /** Since the last call, see `Collectives`. */
  takeTimes(): { readonly busyMs: number; readonly waitMs: number };
}

/** One process that has nobody to ask. */
export const ALONE: World = {
  rank: 0,
  size: 1,
  sum: () => undefined,
  sumTensors: (tensors) => tensors.map((tensor) => tensor.clone()),
  gather: (value) => [value],
  broadcast: () => undefined,
  requireSame: () => undefined,
  takeTimes: () => ({ busyMs: 0, waitMs: 0 }),
};
