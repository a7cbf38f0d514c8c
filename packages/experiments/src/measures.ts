import { compareTowers, type TowerComparison } from '@alexnet/model/measures';
import type { CurvePoint, RunResult } from './run-result.js';

export type MeasureName =
  | 'epochsToTarget'
  | 'validationTop1'
  | 'trainTop1'
  | 'gap'
  | 'turn'
  | 'tenCropTop1'
  | 'tenCropGain'
  | 'parameters'
  | 'macs'
  | 'imagesPerSecond'
  | 'towerRatio'
  | 'towerP'
  | 'chroma';

/** A number read off one run. */
export interface Reading {
  readonly value: number;
  /** The run ended before the value was reached: the true one is larger. */
  readonly atLeast?: true;
}

/** Something that can be read off a finished run. */
export interface Measure {
  readonly label: string;
  /** How a value is written: shares as percent, their differences as points, `each` seed by itself. */
  readonly kind: 'share' | 'points' | 'count' | 'number' | 'rate' | 'each';
  /** Follows from the layer list: no seed changes it. */
  readonly exact?: true;
  /** Only filled in when asked for before the run. */
  readonly needsTenCrop?: true;
  /** @param targetError the training error that {@link MeasureName} `epochsToTarget` waits for */
  readonly read: (run: RunResult, targetError: number) => Reading;
}

const last = (run: RunResult) =>
  run.curve.at(-1) ?? { trainTop1: 0, validationTop1: 0, kernelChroma: [] };
const plain =
  (read: (run: RunResult) => number) =>
  (run: RunResult): Reading => ({
    value: read(run),
  });

export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  epochsToTarget: { label: 'epochs to the target', kind: 'number', read: epochsTo },
  validationTop1: {
    label: 'validation top-1',
    kind: 'share',
    read: plain((run) => last(run).validationTop1),
  },
  trainTop1: { label: 'training top-1', kind: 'share', read: plain((run) => last(run).trainTop1) },
  gap: {
    label: 'gap',
    kind: 'points',
    read: plain((run) => last(run).trainTop1 - last(run).validationTop1),
  },
  turn: {
    label: 'epoch of the lowest validation loss',
    kind: 'number',
    read: plain(
      ({ curve }) =>
        curve.reduce((best, point) => (point.validationLoss < best.validationLoss ? point : best))
          .epoch,
    ),
  },
  tenCropTop1: {
    label: 'ten crops, top-1',
    kind: 'share',
    needsTenCrop: true,
    read: plain((run) => run.tenCropTop1 ?? Number.NaN),
  },
  tenCropGain: {
    label: 'gain of ten crops',
    kind: 'points',
    needsTenCrop: true,
    read: plain((run) => (run.tenCropTop1 ?? Number.NaN) - last(run).validationTop1),
  },
  parameters: {
    label: 'parameters',
    kind: 'count',
    exact: true,
    read: plain((run) => run.parameters),
  },
  macs: { label: 'MACs', kind: 'count', exact: true, read: plain((run) => run.macs) },
  imagesPerSecond: {
    label: 'images/s in training',
    kind: 'rate',
    read: plain((run) => run.imagesPerSecond),
  },
  towerRatio: {
    label: 'color difference of the halves, over that of random halves',
    kind: 'number',
    read: plain((run) => towerRatio(last(run))),
  },
  towerP: { label: 'p, each seed', kind: 'each', read: plain((run) => towersOf(last(run)).p) },
  chroma: {
    label: 'mean colorfulness',
    kind: 'number',
    read: plain((run) => {
      const { kernelChroma } = last(run);
      return kernelChroma.reduce((a, b) => a + b, 0) / kernelChroma.length;
    }),
  },
};

/** Of the filters at one time: the color difference of their halves over that of random halves. */
export function towerRatio(point: Pick<CurvePoint, 'kernelChroma'>): number {
  const { difference, randomSplits } = towersOf(point);
  return Math.abs(difference) / randomSplits.difference;
}

/** Random halves tried: p is good to about 0.002 at 0.05. */
const PERMUTATIONS = 20_000;

function towersOf({ kernelChroma }: Pick<CurvePoint, 'kernelChroma'>): TowerComparison {
  return compareTowers(kernelChroma, { permutations: PERMUTATIONS });
}

/** Where the curve of training errors first crosses the target, in a straight line between epochs. */
function epochsTo(run: RunResult, targetError: number): Reading {
  for (const [at, point] of run.curve.entries()) {
    const error = 1 - point.trainTop1;
    if (error > targetError) continue;
    const before = run.curve[at - 1];
    if (!before) return { value: point.epoch };
    const errorBefore = 1 - before.trainTop1;
    const share = (errorBefore - targetError) / (errorBefore - error);
    return { value: before.epoch + share * (point.epoch - before.epoch) };
  }
  return { value: run.curve.at(-1)?.epoch ?? 0, atLeast: true };
}

/** The training errors that may be waited for, hardest first. */
const TARGETS = [0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

/**
 * The lowest of them that all runs reach, so that all are counted to it; where there is none, the lowest that
 * the `base` they are compared with reaches, and the highest when it reaches none.
 */
export function targetError(all: readonly RunResult[], base: readonly RunResult[]): number {
  const reachedBy = (runs: readonly RunResult[]) =>
    TARGETS.find((target) => runs.every((run) => !epochsTo(run, target).atLeast));
  return reachedBy(all) ?? reachedBy(base) ?? (TARGETS.at(-1) as number);
}
