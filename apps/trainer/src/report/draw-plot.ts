import { drawSvg } from '@alexnet/experiments/draw-svg';
import type { PlotOptions } from '@observablehq/plot';
import { type Html, html, trusted } from './html.js';

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
