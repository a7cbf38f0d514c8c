import { storedPreprocessing } from '../run/mean-file.js';
import { partsInWords } from '../run/run-part.js';
import type { RunRecord } from '../run-folder.js';
import { type Html, html } from './html.js';

/** Where and how the run was made: run.json as far as a reader wants it, and its recipe whole. */
export function environmentSection(record: RunRecord): Html {
  const facts: readonly (readonly [string, string])[] = [
    ['started', `${record.created.slice(0, 16).replace('T', ' ')} UTC`],
    ['backend', partsInWords(record.parts)],
    ['images', record.data],
    ['split', `${record.trainImages} training, ${record.validationImages} validation`],
    [
      'network',
      `${record.network.preset}, ${record.network.input.height} × ${record.network.input.width} px, ${record.network.classes} classes`,
    ],
    ['recipe', `${record.recipe.name} (${record.recipe.source})`],
    ['seed', String(record.seed)],
  ];
  return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2>
<dl class="facts">${facts.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>
<p style="margin-top: 18px"><code>${record.command}</code></p>
<details><summary>The resolved recipe</summary><pre>${JSON.stringify(record.recipe, null, 2)}</pre></details>
<details><summary>Preprocessing</summary><pre>${JSON.stringify(storedPreprocessing(record.preprocessing), null, 2)}</pre></details>
</section>`;
}
