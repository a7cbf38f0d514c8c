import { describe, expect, it } from 'vitest';
import { parseEpochs } from '../src/lib/page/run-folder.js';

describe('metrics of a run', () => {
  it('give their epochs, whatever else lies between and however the last line breaks off', () => {
    const line = (epoch: number) =>
      JSON.stringify({
        kind: 'epoch',
        step: epoch * 219,
        epoch,
        trainTop1: 0.4,
        validationTop1: 0.5,
        seconds: 20,
      });
    const text = [
      '{"kind":"step","step":1,"epoch":1,"loss":2.07}',
      line(1),
      '{"kind":"epoch","epoch":"two","step":438}',
      'not JSON with "epoch" in it',
      line(2),
      line(3).slice(0, 40),
    ].join('\n');
    expect(parseEpochs(text).map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 219],
      [2, 438],
    ]);
  });
});
