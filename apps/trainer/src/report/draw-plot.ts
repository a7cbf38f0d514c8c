import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Html, html, trusted } from './html.js';

/**
 * Plot draws into any DOM. linkedom is one without layout, scripts or network: a third of jsdom's
 * size, a tenth of its dependencies, and Plot needs no more than elements and attributes.
 */
const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Widths in px: the page's column, and a phone's. Text keeps its size in both. */
const WIDE = 680;
const NARROW = 340;

export interface Canvas {
  readonly width: number;
  readonly narrow: boolean;
}

/** A plot in two widths, of which the style sheet shows one. `description` is its text alternative. */
export function drawPlot(description: string, options: (canvas: Canvas) => PlotOptions): Html {
  const draw = (canvas: Canvas) =>
    trusted(drawSvg(description, { width: canvas.width, ...options(canvas) }).outerHTML);
  return html`<div class="wide">${draw({ width: WIDE, narrow: false })}</div
><div class="narrow">${draw({ width: NARROW, narrow: true })}</div>`;
}

/** One plot as an SVG element. */
export function drawSvg(description: string, options: PlotOptions): Element {
  const figure = plot({
    document,
    style: { background: 'none', fontSize: '12px', fontFamily: 'inherit' },
    ariaLabel: description,
    ...options,
  });
  figure.setAttribute('role', 'img');
  return figure;
}
