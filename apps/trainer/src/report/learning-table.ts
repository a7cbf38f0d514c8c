import type { EpochLine } from '@alexnet/trainer/node';
import { percent } from '../say.js';
import { type Html, html } from './html.js';

/** The curves as numbers, one row an epoch. */
export function learningTable(epochs: readonly EpochLine[]): Html | null {
  if (epochs.length === 0) return null;
  const top5 = epochs.some(({ validationTop5 }) => validationTop5 !== undefined);
  return html`<details><summary>The curves as numbers</summary>
<div class="scroll"><table>
<thead><tr><th scope="col">epoch</th><th scope="col">training loss</th><th scope="col">validation loss</th><th scope="col">training top-1</th><th scope="col">top-1</th>${top5 ? html`<th scope="col">top-5</th>` : null}<th scope="col">seconds</th><th scope="col">data wait</th></tr></thead>
<tbody>${epochs.map(row)}</tbody>
</table></div></details>`;
}

function row(line: EpochLine): Html {
  return html`<tr><td>${line.epoch}</td><td>${number(line.trainLoss)}</td><td>${number(line.validationLoss)}</td><td>${percent(line.trainTop1)}</td><td>${percent(line.validationTop1)}</td>${line.validationTop5 === undefined ? null : html`<td>${percent(line.validationTop5)}</td>`}<td>${line.seconds.toFixed(1)}</td><td>${percent(line.wait)}</td></tr>
`;
}

/** A dash for what was not validated. */
function number(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}
