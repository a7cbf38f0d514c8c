import type { StepLine } from '@alexnet/trainer/node';

/** Means over neighboring steps, at an epoch counted from 0 and fractional. */
export interface CurvePoint {
  readonly epoch: number;
  readonly loss: number;
  readonly lossLow: number;
  readonly lossHigh: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly wait: number;
}

/** More points than this cannot be told apart in a column of text. */
const POINTS = 240;

/** At most {@link POINTS} points of a run of any length. */
export function thinSteps(steps: readonly StepLine[], stepsPerEpoch: number): CurvePoint[] {
  const finite = steps.filter(({ loss }) => Number.isFinite(loss));
  const size = Math.max(1, Math.ceil(finite.length / POINTS));
  return Array.from({ length: Math.ceil(finite.length / size) }, (_, bucket) => {
    const group = finite.slice(bucket * size, (bucket + 1) * size);
    const mean = (value: (line: StepLine) => number) =>
      group.reduce((sum, line) => sum + value(line), 0) / group.length;
    const losses = group.map(({ loss }) => loss);
    return {
      epoch: mean(({ step }) => step) / stepsPerEpoch,
      loss: mean(({ loss }) => loss),
      lossLow: Math.min(...losses),
      lossHigh: Math.max(...losses),
      learningRate: mean(({ learningRate }) => learningRate),
      // The mean time of an image, so that one slow step counts for as long as it took.
      imagesPerSecond: 1 / mean(({ imagesPerSecond }) => 1 / imagesPerSecond),
      wait: mean(({ wait }) => wait),
    };
  });
}
