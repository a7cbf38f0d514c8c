import { exponential, naturalLog } from './elementary.js';
import type { Rng } from './rng.js';

/**
 * A draw from Beta(α, α) by Jöhnk's method: U^(1/α) and V^(1/α), kept when their sum is at most 1.
 *
 * @param alpha In (0, 1], where at least half of the draws are kept; mixup and CutMix use no larger one.
 */
export function drawBeta(alpha: number, rng: Rng): number {
  if (!(alpha > 0 && alpha <= 1)) throw new RangeError(`alpha must be in (0, 1], not ${alpha}`);
  // The middle of each step of `next`, so that the logarithm of 0 is never taken.
  const power = () => exponential(naturalLog(rng.next() + 2 ** -33) / alpha);
  while (true) {
    const x = power();
    const y = power();
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}
