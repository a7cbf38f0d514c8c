import { type Html, html } from './html.js';
import type { FilterSheet, RunFiles } from './run-files.js';

/** Sheets shown before the newest one. */
const EARLIER = 6;

/** The conv1 filters through the run: the newest large, earlier ones evenly spread over it. */
export function filterSection({ record, filters }: RunFiles): Html | null {
  const newest = filters.at(-1);
  if (!newest) return null;
  const earlier = spread(filters.slice(0, -1), EARLIER);
  const perEpoch = Math.ceil(record.trainImages / record.recipe.batchSize);
  return html`<section aria-labelledby="filters"><h2 id="filters">conv1 filters</h2>
<p class="soft">What conv1 looks for, each filter stretched to its own range of colors.</p>
<ul class="strip"><li class="newest">${sheet(newest, perEpoch)}</li>${earlier.map(
    (one) => html`<li>${sheet(one, perEpoch)}</li>`,
  )}</ul>
</section>`;
}

function sheet({ step, png }: FilterSheet, stepsPerEpoch: number): Html {
  const when =
    step === 0
      ? 'before the first update'
      : `after ${step.toLocaleString('en')} updates, epoch ${trimmed(step / stepsPerEpoch)}`;
  return html`<figure><img alt="The conv1 filters ${when}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}"><figcaption>${when}</figcaption></figure>`;
}

/** 3 -> "3", 3.25 -> "3.3" */
function trimmed(epoch: number): string {
  return epoch.toFixed(1).replace(/\.0$/, '');
}

/** At most `most` of a list, the first and last among them, evenly spread. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, at) => items[Math.round(at * step)] as Item);
}
