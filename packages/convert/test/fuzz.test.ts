import { describe, expect, it } from 'vitest';
import { FormatError } from '../src/index.js';
import { fuzz, TARGETS } from './fuzz.js';

/** A taste; fuzz.slow.test.ts has the hundred thousand. */
const CASES = 80;

describe('damaged files end in success or FormatError', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', async (_name, target) => {
    expect(await fuzz(target, CASES * target.share)).toBeLessThan(CASES * target.share);
  });
});

describe('a Node Buffer at an odd place of shared memory', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', async (_name, target) => {
    const shared = Buffer.concat([Buffer.from('odd'), target.bytes]);
    const before = Buffer.from(new Uint8Array(shared));
    const plain = await outcome(target, target.bytes);
    expect(await outcome(target, shared.subarray(3))).toEqual(plain);
    expect(shared.equals(before)).toBe(true);
  });

  /** Everything that was read, or the code of the error, where this reader wants more than bytes. */
  async function outcome({ read }: (typeof TARGETS)[number], bytes: Uint8Array): Promise<unknown> {
    try {
      return await read(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      return (error as FormatError).code;
    }
  }
});
