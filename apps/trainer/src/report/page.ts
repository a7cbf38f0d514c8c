import { basename, resolve } from 'node:path';
import { partsInWords } from '../run/run-part.js';
import { duration } from '../say.js';
import { classSection } from './class-section.js';
import { curveFigures } from './curve-figures.js';
import { document } from './document.js';
import { environmentSection } from './environment-section.js';
import { figureBlock } from './figure-block.js';
import { filterSection } from './filter-section.js';
import { type Html, html } from './html.js';
import { learningTable } from './learning-table.js';
import { mistakeSection } from './mistake-section.js';
import type { ReportExtras } from './mistakes.js';
import type { RunFiles } from './run-files.js';

/** The whole report as one HTML document that needs no other file. */
export async function reportPage(
  folder: string,
  run: RunFiles,
  extras: ReportExtras,
): Promise<string> {
  const name = basename(resolve(folder));
  const body = html`<header>
<h1>${name}</h1>
<p class="lead">${summary(run)}</p>
${headline(run)}
</header>
<main>
<section aria-labelledby="learning"><h2 id="learning">Learning</h2>
${curveFigures(run).map(figureBlock)}
${learningTable(run.epochs)}
</section>
${filterSection(run)}
${await classSection(run)}
${mistakeSection(run, extras)}
${environmentSection(run.record)}
</main>
<footer>Made by <code>alexnet report</code>.</footer>`;
  return document(`${name}: report of a training run`, body);
}

function summary({ record, epochs }: RunFiles): string {
  const { recipe, network } = record;
  const seconds = epochs.reduce((sum, line) => sum + line.seconds, 0);
  const done = epochs.length;
  const length =
    done === recipe.epochs
      ? `${count(done, 'epoch')} in ${duration(1000 * seconds)}`
      : `${done} of ${count(recipe.epochs, 'epoch')} done`;
  return `The ${network.preset} network at ${network.input.height} px by the ${recipe.name} recipe, on ${record.trainImages.toLocaleString('en')} images of ${record.classNames.length} classes (${record.datasetName}): ${length}, on ${partsInWords(record.parts)}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The final evaluation in four numbers, or the newest validation while there is none. */
function headline({ evaluation, epochs, steps }: RunFiles): Html | null {
  const final = evaluation?.evaluations[0];
  const newest = epochs.at(-1);
  const percentOf = (share: number) => html`${(100 * share).toFixed(1)}<small>%</small>`;
  const top5 = (share: number | undefined) =>
    share === undefined ? [] : [['top-5', percentOf(share)] as const];
  if (final) {
    const goneOn = (steps.at(-1)?.step ?? 0) > (evaluation?.step ?? 0);
    const when = goneOn ? ` after ${evaluation?.step.toLocaleString('en')} updates` : '';
    return numbers([
      [`top-1${when}`, percentOf(final.top1)],
      ...top5(final.top5),
      ['always the commonest class', percentOf(final.majority.share)],
      ['validation images', html`${final.images.toLocaleString('en')}`],
    ]);
  }
  if (!newest) return null;
  if (!Number.isFinite(newest.validationTop1)) {
    return numbers([[`training top-1 after epoch ${newest.epoch}`, percentOf(newest.trainTop1)]]);
  }
  return numbers([
    [`top-1 after epoch ${newest.epoch}`, percentOf(newest.validationTop1)],
    ...top5(newest.validationTop5),
  ]);
}

function numbers(entries: readonly (readonly [string, Html])[]): Html {
  return html`<dl class="numbers">${entries.map(
    ([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}
