import { describe, expect, it } from 'vitest';
import { parseMetrics, thinned } from '../src/lib/page/run-folder.js';

const epochLine = (epoch: number) =>
  JSON.stringify({
    kind: 'epoch',
    step: epoch * 219,
    epoch,
    trainTop1: 0.4,
    validationTop1: 0.5,
    seconds: 20,
  });
const stepLine = (step: number, loss: number) =>
  JSON.stringify({ kind: 'step', step, epoch: 1, loss, accuracy: 0.1 });

describe('metrics of a run', () => {
  it('give their epochs, whatever else lies between and however the last line breaks off', () => {
    const text = [
      stepLine(1, 2.07),
      epochLine(1),
      '{"kind":"epoch","epoch":"two","step":438}',
      'not JSON with "epoch" in it',
      epochLine(2),
      epochLine(3).slice(0, 40),
    ].join('\n');
    expect(parseMetrics(text).epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 219],
      [2, 438],
    ]);
  });

  it('give their steps before the first epoch ends, each once after a resume', () => {
    const text = [stepLine(1, 2.07), stepLine(2, 2.01), stepLine(2, 1.99), stepLine(3, 1.9)];
    const { epochs, steps } = parseMetrics(text.join('\n'));
    expect(epochs).toEqual([]);
    expect(steps.map(({ step, loss }) => [step, loss])).toEqual([
      [1, 2.07],
      [2, 1.99],
      [3, 1.9],
    ]);
  });

  it('keep the last point when a long curve is thinned', () => {
    const points = Array.from({ length: 1001 }, (_, index) => index);
    const kept = thinned(points, 100);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept.at(-1)).toBe(1000);
  });
});
