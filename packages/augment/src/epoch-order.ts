import { createRng } from './rng.js';

/** Separates the stream of the order from those of single images. */
const ORDER_STREAM = 2;

/**
 * The order of `count` images in an epoch: a permutation from seed and epoch alone (Fisher–Yates).
 */
export function createEpochOrder(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const rng = createRng(seed, epoch, 0, ORDER_STREAM);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}
