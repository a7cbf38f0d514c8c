import type { EpochLine, StepLine } from '@alexnet/trainer/node';
import { areaY, dot, gridY, line, lineY, type PlotOptions, ruleY } from '@observablehq/plot';
import type { RunRecord } from '../run-folder.js';
import { type Canvas, drawPlot } from './draw-plot.js';
import type { Html } from './html.js';
import { type CurvePoint, thinSteps } from './thin-steps.js';

/** A drawing with what stands around it. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** Series by the names and colors they have in the drawing. */
  readonly legend: readonly (readonly [name: string, color: string])[];
  readonly caption: string;
  readonly drawing: Html;
}

export const COLOR = {
  validation: 'var(--accent)',
  training: 'var(--ink-soft)',
  top5: 'var(--warm)',
} as const;

export interface Curves {
  readonly record: RunRecord;
  readonly steps: readonly StepLine[];
  readonly epochs: readonly EpochLine[];
}

/** Loss, error, learning rate, data wait and speed over the epochs of a run so far. */
export function curveFigures({ record, steps, epochs }: Curves): Figure[] {
  const stepsPerEpoch = Math.ceil(record.trainImages / record.recipe.batchSize);
  const points = thinSteps(steps, stepsPerEpoch);
  const last = (steps.at(-1)?.step ?? 0) / stepsPerEpoch;
  const domain: [number, number] = [0, Math.max(last, Math.min(1, record.recipe.epochs) / 4)];
  return [
    loss(points, epochs, domain),
    error(epochs, domain),
    learningRate(points, domain),
    wait(points, domain),
    speed(points, domain),
  ];
}

function loss(points: readonly CurvePoint[], epochs: readonly EpochLine[], domain: Domain): Figure {
  const validated = epochs.filter(({ validationLoss }) => Number.isFinite(validationLoss));
  return {
    id: 'loss',
    title: 'Loss',
    legend: [
      ['training, dropout on', COLOR.training],
      ['validation', COLOR.validation],
    ],
    caption: 'Cross-entropy in nats. The band is the range over the batches behind each point.',
    drawing: drawPlot(
      `Loss over epochs: ${between(
        points.map((point) => point.loss),
        2,
      )} in training, ${between(
        validated.map((line) => line.validationLoss),
        2,
      )} in validation.`,
      (canvas) => ({
        ...frame(canvas, domain, 260),
        y: { zero: true, label: 'nats', ticks: 5, tickSize: 0 },
        marks: [
          ...ground(5),
          areaY(points, {
            x: 'epoch',
            y1: 'lossLow',
            y2: 'lossHigh',
            fill: COLOR.training,
            fillOpacity: 0.16,
          }),
          lineY(points, { x: 'epoch', y: 'loss', stroke: COLOR.training }),
          ...perEpoch(validated, 'validationLoss', COLOR.validation),
        ],
      }),
    ),
  };
}

function error(epochs: readonly EpochLine[], domain: Domain): Figure {
  const rows = epochs.map(({ epoch, trainTop1, validationTop1, validationTop5 }) => ({
    epoch,
    training: 100 * (1 - trainTop1),
    top1: 100 * (1 - validationTop1),
    ...(validationTop5 === undefined ? {} : { top5: 100 * (1 - validationTop5) }),
  }));
  const validated = rows.filter(({ top1 }) => Number.isFinite(top1));
  const top5 = rows.flatMap((row) => (row.top5 === undefined ? [] : [row.top5]));
  const hasTop5 = top5.length > 0;
  return {
    id: 'error',
    title: 'Error',
    legend: [
      ['training top-1, dropout on', COLOR.training],
      ['validation top-1', COLOR.validation],
      ...(hasTop5 ? [['validation top-5', COLOR.top5] as const] : []),
    ],
    caption: 'Share of images answered wrongly, one center crop, after every epoch.',
    drawing: drawPlot(
      `Validation error over epochs: top-1 ${between(
        validated.map((row) => row.top1),
        1,
      )} percent${hasTop5 ? `, top-5 ${between(top5, 1)} percent` : ''}.`,
      (canvas) => ({
        ...frame(canvas, domain, 260),
        y: { domain: [0, 100], label: '%', ticks: 5, tickSize: 0 },
        marks: [
          ...ground(5),
          ...perEpoch(rows, 'training', COLOR.training),
          ...(hasTop5 ? perEpoch(rows, 'top5', COLOR.top5) : []),
          ...perEpoch(validated, 'top1', COLOR.validation),
        ],
      }),
    ),
  };
}

function learningRate(points: readonly CurvePoint[], domain: Domain): Figure {
  return small(
    'learning-rate',
    'Learning rate',
    'The factor on each update.',
    points,
    'learningRate',
    domain,
    {
      zero: true,
      label: null,
      ticks: 3,
      nice: true,
      tickSize: 0,
    },
  );
}

function wait(points: readonly CurvePoint[], domain: Domain): Figure {
  const shares = points.map((point) => ({ epoch: point.epoch, wait: 100 * point.wait }));
  const top = Math.max(5, ...shares.map((share) => share.wait));
  return small(
    'wait',
    'Data wait',
    'Share of each step spent waiting for images.',
    shares,
    'wait',
    domain,
    {
      domain: [0, top],
      label: '%',
      ticks: 3,
      nice: true,
      tickSize: 0,
    },
  );
}

function speed(points: readonly CurvePoint[], domain: Domain): Figure {
  return small('speed', 'Speed', 'Images/s.', points, 'imagesPerSecond', domain, {
    zero: true,
    label: null,
    ticks: 3,
    nice: true,
    tickSize: 0,
  });
}

function small<Row extends { readonly epoch: number }>(
  id: string,
  title: string,
  caption: string,
  rows: readonly Row[],
  key: keyof Row & string,
  domain: Domain,
  y: NonNullable<PlotOptions['y']>,
): Figure {
  const values = rows.map((row) => Number(row[key]));
  return {
    id,
    title,
    legend: [],
    caption,
    drawing: drawPlot(`${title} over epochs: ${between(values, 3)}.`, (canvas) => ({
      ...frame(canvas, domain, 150),
      y,
      marks: [...ground(3), lineY(rows, { x: 'epoch', y: key, stroke: COLOR.validation })],
    })),
  };
}

type Domain = [number, number];

function frame({ narrow }: Canvas, domain: Domain, height: number): PlotOptions {
  return {
    height: narrow ? Math.min(height, 220) : height,
    marginLeft: 44,
    marginRight: 12,
    marginTop: 22,
    marginBottom: 34,
    x: { domain, label: 'epoch', ticks: narrow ? 4 : 8, tickSize: 0 },
  };
}

const ground = (ticks: number) => [
  gridY({ ticks, stroke: 'var(--line)', strokeOpacity: 1 }),
  ruleY([0], { stroke: 'var(--line-strong)' }),
];

function perEpoch<Row>(rows: readonly Row[], key: keyof Row & string, color: string) {
  return [
    line(rows, { x: 'epoch', y: key, stroke: color, strokeWidth: 1.8 }),
    dot(rows, { x: 'epoch', y: key, fill: color, r: rows.length > 30 ? 1.5 : 2.8 }),
  ];
}

/** "from 2.20 to 0.81" */
function between(values: readonly number[], digits: number): string {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return 'none yet';
  return `from ${first.toPrecision(digits + 1)} to ${last.toPrecision(digits + 1)}`;
}
