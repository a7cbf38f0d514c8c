import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/**
 * Plot draws into any DOM. linkedom is one without layout, scripts or network: a third of jsdom's
 * size, a tenth of its dependencies, and Plot needs no more than elements and attributes.
 */
const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** One plot as an SVG element; `description` is its text alternative. */
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

/** Room for names of rows, px: 12 px letters of a wide font such as DejaVu Sans take 6.6 in the mean. */
export function nameMargin(names: readonly string[]): number {
  return Math.max(190, Math.ceil(16 + 6.6 * Math.max(...names.map(({ length }) => length))));
}
