import type { Figure } from './curve-figures.js';
import { type Html, html } from './html.js';

/** A figure with its heading, legend and caption; `data-figure` is where a live page swaps it. */
export function figureBlock({ id, title, legend, caption, drawing }: Figure): Html {
  const series = legend.map(([name, color]) => html`<li style="--series: ${color}">${name}</li>`);
  return html`<figure data-figure="${id}">
<div class="figure-head"><h3>${title}</h3>${series.length > 0 ? html`<ul class="legend">${series}</ul>` : null}</div>
${drawing}
<figcaption>${caption}</figcaption>
</figure>
`;
}
