import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { Place } from '@alexnet/augment';
import type { Collectives, Weight } from '@alexnet/model';
import { TrainingError } from '../../training-error.js';
import type { World } from '../../world/world.js';

/** A world whose numbers go by a backend's collectives. */
export function createWorld({ rank, size }: Place, collectives: Collectives): World {
  const gather = <T>(value: T): readonly T[] => {
    const own = serialize(value);
    const lengths = new Float64Array(size);
    lengths[rank] = own.length;
    collectives.sum(lengths);
    // Every process writes where the others have zeros.
    const ends = lengths.map((_, at) => lengths.subarray(0, at + 1).reduce((a, b) => a + b, 0));
    const bytes = Int32Array.from({ length: ends.at(-1) ?? 0 }, () => 0);
    bytes.set(own, (ends[rank] as number) - own.length);
    collectives.sum(bytes);
    return Array.from(ends, (end, at) => {
      const from = end - (lengths[at] as number);
      return deserialize(Uint8Array.from(bytes.subarray(from, end))) as T;
    });
  };
  return {
    rank,
    size,
    sum: (values) => collectives.sum(values),
    sumTensors: (tensors) => collectives.sumTensors(tensors),
    takeTimes: () => collectives.takeTimes(),
    gather,
    broadcast(weights) {
      // A checkpoint may hold them in another order than a network.
      for (const [, { data }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
        // As integers, among zeros: a sum of floats would lose the sign of -0.
        const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
        if (rank !== 0) bits.fill(0);
        collectives.sum(bits);
      }
    },
    requireSame(what, weights) {
      const [first, ...others] = gather(fingerprint(weights));
      const differing = others.flatMap((hash, at) => (hash === first ? [] : [at + 1]));
      if (differing.length === 0) return;
      throw new TrainingError(
        'ranks-differ',
        `the ${what} of rank ${differing.join(', ')} are not those of rank 0: a machine computes wrongly, or otherwise`,
      );
    },
  };
}

/** SHA-256 over names and bits, in the order given. */
function fingerprint(weights: ReadonlyMap<string, Weight>): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of weights) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
