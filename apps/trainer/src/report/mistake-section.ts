import { type Html, html } from './html.js';
import type { ReportExtras, ShownMistake } from './mistakes.js';
import type { RunFiles } from './run-files.js';

/** The validation images the network was surest about, and wrong. */
export function mistakeSection({ evaluation }: RunFiles, extras: ReportExtras): Html | null {
  if (!evaluation || extras.mistakes.length === 0) return null;
  const name = (label: number) => evaluation.classNames[label] ?? `class ${label}`;
  return html`<section aria-labelledby="mistakes"><h2 id="mistakes">Surest mistakes</h2>
<p class="soft">Validation images by how sure the wrong answer was.${extras.withoutImages === null ? null : ` ${extras.withoutImages}`}</p>
<ul class="mistakes">${extras.mistakes.map((mistake) => entry(mistake, name))}</ul>
</section>`;
}

function entry(
  { id, label, answer, probability, thumbnail }: ShownMistake,
  name: (label: number) => string,
): Html {
  const truth = name(label);
  return html`<li>${
    thumbnail === null
      ? html`<span class="missing">${id}</span>`
      : html`<img alt="${truth}: ${id}" title="${id}" src="${thumbnail}" width="144" height="144">`
  }<b>${name(answer)}</b>, ${Math.round(100 * probability)} % sure<br><span class="soft">is ${truth}</span></li>
`;
}
