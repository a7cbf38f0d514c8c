import { cell, dot, gridX, link, type PlotOptions, text } from '@observablehq/plot';
import sharp from 'sharp';
import { type ClassScore, confusionCells } from './class-scores.js';
import type { Figure } from './curve-figures.js';
import { drawPlot } from './draw-plot.js';
import { html } from './html.js';

/** More classes than this are drawn as pixels, without names. */
const NAMED_CLASSES = 40;
/** Of many classes, the best and worst this many are drawn; a table has them all. */
const SHOWN_EACH_END = 15;

/** The confusion matrix: rows are the truth, columns the answers, each row shared out to 1. */
export async function confusionFigure(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
): Promise<Figure> {
  const classes = classNames.length;
  const description = `Confusion matrix of ${classes} classes; the commonest confusions are in the table below.`;
  return {
    id: 'confusion',
    title: 'Confusion',
    legend: [],
    caption:
      'A row is what the images are, a column what they were answered; the stronger a cell, the larger its share of the row.',
    drawing:
      classes <= NAMED_CLASSES
        ? namedMatrix(confusion, classNames, description)
        : await pixelMatrix(confusion, description),
  };
}

function namedMatrix(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  description: string,
) {
  const cells = confusionCells(confusion);
  return drawPlot(description, ({ width, narrow }): PlotOptions => {
    const name = (label: number) => shorten(classNames[label] ?? '', narrow ? 13 : 20);
    const longest = Math.max(...classNames.map((_, label) => name(label).length));
    const marginLeft = 18 + 6.6 * longest;
    const marginTop = 14 + 4.9 * longest;
    const side = Math.min(width - marginLeft - 30, 44 * classNames.length);
    const labels = classNames.map((_, label) => label);
    const numbered = side / classNames.length >= 24;
    return {
      width: narrow ? width : marginLeft + side + 30,
      height: marginTop + side + 6,
      marginLeft,
      marginTop,
      marginRight: 30,
      marginBottom: 6,
      padding: 0.06,
      x: {
        domain: labels,
        axis: 'top',
        tickFormat: name,
        tickRotate: -45,
        tickSize: 0,
        label: null,
      },
      y: { domain: labels, tickFormat: name, tickSize: 0, label: null },
      marks: [
        cell(
          labels.flatMap((truth) => labels.map((answer) => ({ truth, answer }))),
          {
            x: 'answer',
            y: 'truth',
            fill: 'var(--sunk)',
          },
        ),
        cell(cells, {
          x: 'answer',
          y: 'truth',
          fill: 'var(--cell)',
          fillOpacity: ({ share }) => Math.sqrt(share),
          title: ({ truth, answer, count, share }) =>
            `${classNames[truth]} answered ${classNames[answer]}: ${count} (${Math.round(100 * share)} %)`,
        }),
        ...(numbered
          ? [
              text(cells, {
                x: 'answer',
                y: 'truth',
                text: ({ count }) => String(count),
                fill: 'var(--ink)',
                fontSize: 11,
              }),
            ]
          : []),
      ],
    };
  });
}

/** One pixel a cell, color in the alpha channel, so that it sits on a light and a dark page. */
async function pixelMatrix(confusion: readonly (readonly number[])[], description: string) {
  const side = confusion.length;
  const pixels = new Uint8Array(side * side * 4);
  for (const { truth, answer, share } of confusionCells(confusion)) {
    pixels.set([0x4a, 0x86, 0xd0, Math.round(255 * Math.sqrt(share))], 4 * (truth * side + answer));
  }
  const png = await sharp(pixels, { raw: { width: side, height: side, channels: 4 } })
    .png()
    .toBuffer();
  return html`<img class="matrix" alt="${description}" width="${side}" height="${side}" src="data:image/png;base64,${png.toString('base64')}">`;
}

/** Accuracy of each class with its 95 % interval. */
export function perClassFigure(scores: readonly ClassScore[]): Figure {
  const cut = scores.length > 2 * SHOWN_EACH_END;
  const shown = cut
    ? [...scores.slice(0, SHOWN_EACH_END), ...scores.slice(-SHOWN_EACH_END)]
    : scores;
  const [best, worst] = [shown[0], shown.at(-1)];
  return {
    id: 'classes',
    title: 'Class by class',
    legend: [],
    caption: `Share of each class's validation images answered right, with the 95 % interval of so many images (Wilson).${cut ? ` The best and worst ${SHOWN_EACH_END} of ${scores.length}.` : ''}`,
    drawing: drawPlot(
      `Accuracy by class, from ${best?.name} to ${worst?.name}; the numbers are in the table below.`,
      ({ narrow }): PlotOptions => {
        const name = (full: string) => shorten(full, narrow ? 15 : 26);
        const longest = Math.max(...shown.map((score) => name(score.name).length));
        return {
          height: 44 + 21 * shown.length,
          marginLeft: 18 + 6.6 * longest,
          marginRight: 16,
          marginTop: 8,
          x: {
            domain: [0, 100],
            label: null,
            ticks: narrow ? 3 : 6,
            tickSize: 0,
            tickFormat: (share: number) => `${share} %`,
          },
          y: {
            domain: shown.map((score) => score.name),
            label: null,
            tickFormat: name,
            tickSize: 0,
          },
          marks: [
            gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: narrow ? 3 : 6 }),
            link(shown, {
              x1: (score) => 100 * score.low,
              x2: (score) => 100 * score.high,
              y: 'name',
              stroke: 'var(--line-strong)',
              strokeWidth: 1.5,
            }),
            dot(shown, { x: (score) => 100 * score.share, y: 'name', fill: 'var(--accent)', r: 4 }),
          ],
        };
      },
    ),
  };
}

function shorten(name: string, length: number): string {
  return name.length <= length ? name : `${name.slice(0, length - 1)}…`;
}
