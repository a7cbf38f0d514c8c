import { describe, expect, it } from 'vitest';
import { fuzz, TARGETS } from './fuzz.js';

/** A taste; fuzz.slow.test.ts has the hundred thousand. */
const CASES = 80;

describe('damaged files end in success or FormatError', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', async (_name, target) => {
    expect(await fuzz(target, CASES * target.share)).toBeLessThan(CASES * target.share);
  });
});
