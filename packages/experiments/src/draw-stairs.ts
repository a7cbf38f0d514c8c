import { dot, gridX, type PlotOptions, ruleY, tickX } from '@observablehq/plot';
import { nameMargin } from './draw-svg.js';
import { summaryOf } from './judge.js';
import { MEASURES } from './measures.js';
import type { Outcome } from './outcome.js';

/** A row for each ingredient: with all before it (filled, a stroke for the mean) and alone (hollow). */
export function stairs({ experiment, summaries }: Outcome): PlotOptions {
  const { measure, variants } = experiment;
  const { label, kind } = MEASURES[measure];
  const scale = kind === 'share' || kind === 'points' ? 100 : 1;
  const rows = variants.map(({ name, step }) => {
    const { mean, sd, readings } = summaryOf(summaries, name, measure);
    const half = sd ?? 0;
    return {
      name: step?.of ?? name,
      isAlone: step?.isAlone ?? false,
      mean: scale * mean,
      low: scale * (mean - half),
      high: scale * (mean + half),
      values: readings.map(({ value }) => scale * value),
    };
  });
  const added = rows.filter(({ isAlone }) => !isAlone);
  const alone = rows.filter(({ isAlone }) => isAlone);
  const points = added.flatMap(({ name, values }) => values.map((value) => ({ name, value })));
  return {
    height: 76 + 30 * added.length,
    marginLeft: nameMargin(added.map(({ name }) => name)),
    marginBottom: 42,
    marginRight: 20,
    x: {
      label: `${label}${scale === 100 ? ', %' : ''}`,
      nice: true,
      ticks: 6,
      tickSize: 0,
      labelOffset: 38,
    },
    y: {
      domain: added.map(({ name }) => name),
      label: null,
      type: 'band',
      tickSize: 0,
      padding: 0.3,
    },
    marks: [
      gridX({ ticks: 6, stroke: 'var(--line)', strokeOpacity: 1 }),
      ruleY(added, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--accent)', strokeWidth: 1.5 }),
      dot(points, { y: 'name', x: 'value', fill: 'var(--soft)', r: 2.5 }),
      tickX(added, {
        y: 'name',
        x: 'mean',
        stroke: 'var(--accent)',
        strokeWidth: 3,
        insetTop: 2,
        insetBottom: 2,
      }),
      ruleY(alone, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--soft)', strokeWidth: 1 }),
      dot(alone, { y: 'name', x: 'mean', stroke: 'var(--ink)', fill: 'none', r: 4.5 }),
    ],
  };
}
