import {
  dot,
  gridX,
  gridY,
  lineY,
  type PlotOptions,
  ruleX,
  ruleY,
  tickX,
} from '@observablehq/plot';
import { stairs } from './draw-stairs.js';
import { drawSvg, nameMargin } from './draw-svg.js';
import type { Experiment } from './experiment.js';
import { summaryOf } from './judge.js';
import { MEASURES } from './measures.js';
import type { Outcome } from './outcome.js';

const WIDTH = 680;

/** The page's colors, so that the file stands alone and in the dark. */
const STYLE = `
svg { --ink: #1d1c1a; --soft: #8b877e; --line: #e2dfd8; --accent: #2a5fa5; color: #5f5c55; font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #eceae6; --soft: #747a82; --line: #2d3034; --accent: #8db8f2; color: #a9a8a4; }
}
`;

/** The results of an experiment as an SVG file. */
export function drawFigure(outcome: Outcome): string {
  const { experiment } = outcome;
  const options = { curves, values, stairs }[experiment.plot](outcome);
  const figure = drawSvg(describe(outcome), { width: WIDTH, ...options });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const style = figure.querySelector('style');
  if (style) style.textContent = `${style.textContent ?? ''}${STYLE}`;
  return `${figure.outerHTML}\n`;
}

function describe({ experiment, summaries }: Outcome): string {
  const { label } = MEASURES[experiment.measure];
  const means = experiment.variants.map(
    ({ name }) => `${name} ${summaryOf(summaries, name, experiment.measure).mean.toPrecision(3)}`,
  );
  return `${experiment.title}. ${label}, means: ${means.join(', ')}.`;
}

function values({ experiment, summaries }: Outcome): PlotOptions {
  const { measure, variants } = experiment;
  const { label, kind } = MEASURES[measure];
  const scale = kind === 'share' || kind === 'points' ? 100 : 1;
  const rows = variants.map(({ name }) => {
    const { mean, sd } = summaryOf(summaries, name, measure);
    const half = sd ?? 0;
    return { name, mean: scale * mean, low: scale * (mean - half), high: scale * (mean + half) };
  });
  const points = variants.flatMap(({ name }) =>
    summaryOf(summaries, name, measure).readings.map(({ value }) => ({
      name,
      value: scale * value,
    })),
  );
  return {
    height: 76 + 34 * variants.length,
    marginLeft: nameMargin(variants.map(({ name }) => name)),
    marginBottom: 42,
    marginRight: 20,
    x: {
      label: `${label}${scale === 100 ? `, ${kind === 'share' ? '%' : 'points'}` : ''}`,
      nice: true,
      ticks: 6,
      tickSize: 0,
      labelOffset: 38,
    },
    y: {
      domain: variants.map(({ name }) => name),
      label: null,
      type: 'band',
      tickSize: 0,
      padding: 0.3,
    },
    marks: [
      gridX({ ticks: 6, stroke: 'var(--line)', strokeOpacity: 1 }),
      ruleX(references(experiment), { stroke: 'var(--soft)', strokeDasharray: '4 3' }),
      ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--accent)', strokeWidth: 1.5 }),
      dot(points, { y: 'name', x: 'value', fill: 'var(--soft)', r: 3 }),
      tickX(rows, {
        y: 'name',
        x: 'mean',
        stroke: 'var(--accent)',
        strokeWidth: 3,
        insetTop: 3,
        insetBottom: 3,
      }),
    ],
  };
}

/** Numbers that the plotted measure is held against. */
function references({ measure, claims }: Experiment): number[] {
  return claims.flatMap(({ expects }) =>
    expects.flatMap((expectation) =>
      expectation.measure === measure && typeof expectation.than === 'number'
        ? [expectation.than]
        : [],
    ),
  );
}

interface ErrorPoint {
  readonly variant: string;
  readonly series: string;
  readonly epoch: number;
  readonly error: number;
}

/** One panel a variant; training and validation error of every seed and their means. */
function curves({ experiment, runs, targetError }: Outcome): PlotOptions {
  const names = experiment.variants.map(({ name }) => name);
  const points = [...runs].flatMap(([variant, own]) =>
    own.flatMap(({ seed, curve }) =>
      curve.flatMap(({ epoch, trainTop1, validationTop1 }): ErrorPoint[] => [
        { variant, series: `training ${seed}`, epoch, error: 100 * (1 - trainTop1) },
        { variant, series: `validation ${seed}`, epoch, error: 100 * (1 - validationTop1) },
      ]),
    ),
  );
  const means = meansOf(runs);
  const color = ({ series }: ErrorPoint) =>
    series.startsWith('training') ? 'var(--soft)' : 'var(--accent)';
  const target = experiment.measure === 'epochsToTarget' ? [100 * targetError] : [];
  return {
    height: 260,
    marginLeft: 44,
    marginBottom: 42,
    fx: { domain: names, label: null, padding: 0.12 },
    x: { label: 'epoch', ticks: 3, tickSize: 0, labelOffset: 38 },
    y: { label: 'error, %', ticks: 5, tickSize: 0, nice: true },
    marks: [
      gridY({ ticks: 5, stroke: 'var(--line)', strokeOpacity: 1 }),
      ruleY(target, { stroke: 'var(--ink)', strokeDasharray: '4 3' }),
      lineY(points, {
        fx: 'variant',
        x: 'epoch',
        y: 'error',
        z: 'series',
        stroke: color,
        strokeWidth: 0.8,
        strokeOpacity: 0.45,
      }),
      lineY(means, {
        fx: 'variant',
        x: 'epoch',
        y: 'error',
        z: 'series',
        stroke: color,
        strokeWidth: 2,
      }),
    ],
  };
}

/** Means over the seeds, epoch by epoch, as far as all seeds got. */
function meansOf(runs: Outcome['runs']): ErrorPoint[] {
  return [...runs].flatMap(([variant, own]) => {
    const epochs = Math.min(...own.map(({ curve }) => curve.length));
    return Array.from({ length: epochs }, (_, epoch) => {
      const mean = (key: 'trainTop1' | 'validationTop1') =>
        own.reduce((sum, { curve }) => sum + (curve[epoch]?.[key] ?? 0), 0) / own.length;
      return [
        { variant, series: 'training', epoch, error: 100 * (1 - mean('trainTop1')) },
        { variant, series: 'validation', epoch, error: 100 * (1 - mean('validationTop1')) },
      ];
    }).flat();
  });
}
