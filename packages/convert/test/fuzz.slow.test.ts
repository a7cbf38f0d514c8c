import { describe, expect, it } from 'vitest';
import { fuzz, TARGETS } from './fuzz.js';

const CASES = 100_000;
const shares = TARGETS.reduce((sum, { share }) => sum + share, 0);

describe(`${CASES} damaged files end in success or FormatError`, () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', async (_name, target) => {
    const cases = Math.ceil((CASES * target.share) / shares);
    expect(await fuzz(target, cases)).toBeLessThan(cases);
  });
});
