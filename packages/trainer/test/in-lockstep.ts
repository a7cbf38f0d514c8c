import type { Collectives, Tf } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What every process says at a moment, by rank, to one that says its own. */
type Exchange = <T>(own: T) => readonly T[];

const WAITING = Symbol('not all have spoken');

/**
 * Processes of one world without any process: each runs from its start as far as the others have spoken,
 * again and again, until all have come to their ends.
 */
export async function inLockstep<T>(
  size: number,
  run: (rank: number, exchange: Exchange) => T | Promise<T>,
): Promise<T[]> {
  const said: unknown[][] = [];
  const count = () => said.flatMap((values) => Object.keys(values)).length;
  for (;;) {
    const before = count();
    const results: T[] = [];
    for (let rank = 0; rank < size; rank++) {
      let moment = 0;
      let waits = false;
      const exchange: Exchange = <V>(own: V) => {
        // What it does about the failure is no part of it.
        if (waits) throw WAITING;
        said[moment] ??= [];
        const values = said[moment++] as V[];
        values[rank] = structuredClone(own);
        waits = Object.keys(values).length < size;
        if (waits) throw WAITING;
        return structuredClone(values);
      };
      try {
        results.push(await run(rank, exchange));
      } catch (error) {
        if (error !== WAITING) throw error;
      }
    }
    if (results.length === size) return results;
    if (count() === before) throw new Error('they wait for each other');
  }
}

/** Sums over such processes. */
export function collectivesBy(tf: Tf, exchange: Exchange): Collectives {
  return {
    sum(values) {
      const all = exchange(values);
      values.forEach((_, i) => {
        values[i] = all.reduce((total, { [i]: value = 0 }) => total + value, 0);
      });
    },
    sumTensors(tensors) {
      const all = exchange(tensors.map((tensor) => tensor.dataSync()));
      return tensors.map((tensor, at) =>
        tf.tidy(() =>
          tf.addN(all.map((own) => tf.tensor(own[at] as never, tensor.shape) as Tensor)),
        ),
      );
    },
    takeTimes: () => ({ busyMs: 0, waitMs: 0 }),
  };
}
