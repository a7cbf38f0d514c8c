import { expect, test } from 'vitest';
import { workersAsked } from '../src/loader-feed.js';

test('ALEXNET_WORKERS is a number of threads, or named where it is none', () => {
  expect([workersAsked(), workersAsked(''), workersAsked('3')]).toEqual([null, null, 3]);
  for (const text of ['0', '1.5', 'all']) {
    expect(() => workersAsked(text)).toThrow(`ALEXNET_WORKERS=${text}: expected a whole number`);
  }
});
