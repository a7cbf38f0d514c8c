import { describe, expect, it } from 'vitest';
import { towerChance } from '../src/lib/filters/tower-chance.js';

/** Every way to deal `count` filters, of which the first `marked` count, to two towers of equal size. */
function enumerate(count: number, marked: number, most: number): number {
  let all = 0;
  let uneven = 0;
  for (let hand = 0; hand < 2 ** count; hand++) {
    const bits = hand.toString(2);
    if (bits.replaceAll('0', '').length !== count / 2) continue;
    all++;
    const inA = [...Array(marked).keys()].filter((bit) => (hand >> bit) & 1).length;
    if (Math.max(inA, marked - inA) >= most) uneven++;
  }
  return uneven / all;
}

describe('the chance of an uneven deal', () => {
  it.each([
    [8, 4, 4],
    [8, 4, 3],
    [8, 4, 2],
    [10, 3, 3],
    [10, 5, 4],
  ])(
    'of %i filters, %i of them marked and %i in one tower, counts either tower',
    (count, marked, most) => {
      expect(towerChance(count, marked, most)).toBeCloseTo(enumerate(count, marked, most), 9);
    },
  );
});
