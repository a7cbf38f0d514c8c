import { hypergeometricTail } from '@alexnet/model/measures';

/**
 * Chance that filters dealt at random to two equal towers fall at least as unevenly as they did.
 *
 * @param count filters in both towers, even
 * @param marked how many of them are marked
 * @param most how many marked ones sit in the tower that has more of them
 * @returns 0 to 1, two-sided: either tower might have been the one with more (hypergeometric)
 */
export function towerChance(count: number, marked: number, most: number): number {
  if (2 * most <= marked) return 1;
  return Math.min(1, 2 * hypergeometricTail(count, marked, count / 2, most));
}
