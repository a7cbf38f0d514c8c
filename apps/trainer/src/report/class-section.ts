import { percent } from '../say.js';
import { confusionFigure, perClassFigure } from './class-figures.js';
import { classScores, commonestConfusions } from './class-scores.js';
import { figureBlock } from './figure-block.js';
import { type Html, html } from './html.js';
import type { RunFiles } from './run-files.js';

const SHOWN_CONFUSIONS = 10;

/** Confusion matrix and accuracy of each class, once the finished network was evaluated. */
export async function classSection({ evaluation }: RunFiles): Promise<Html> {
  const final = evaluation?.evaluations[0];
  if (!evaluation || !final) {
    return html`<section aria-labelledby="by-class"><h2 id="by-class">Classes</h2>
<p class="soft">The confusion matrix and the worst mistakes come with the evaluation at the end of the run.</p></section>`;
  }
  const { classNames } = evaluation;
  const scores = classScores(final.confusion, classNames);
  const confusions = commonestConfusions(final.confusion, classNames, SHOWN_CONFUSIONS);
  return html`<section aria-labelledby="by-class"><h2 id="by-class">Classes</h2>
${figureBlock(await confusionFigure(final.confusion, classNames))}
<div class="scroll"><table>
<caption>The commonest confusions</caption>
<thead><tr><th scope="col">image of</th><th scope="col" class="name">answered</th><th scope="col">images</th><th scope="col">share of its class</th></tr></thead>
<tbody>${confusions.map(
    ({ truth, answer, count, share }) =>
      html`<tr><td>${truth}</td><td class="name">${answer}</td><td>${count}</td><td>${percent(share)}</td></tr>
`,
  )}</tbody>
</table></div>
${figureBlock(perClassFigure(scores))}
<details><summary>Every class as numbers</summary>
<div class="scroll"><table>
<thead><tr><th scope="col">class</th><th scope="col">images</th><th scope="col">right</th><th scope="col">top-1</th></tr></thead>
<tbody>${scores.map(
    ({ name, images, right, share }) =>
      html`<tr><td>${name}</td><td>${images}</td><td>${right}</td><td>${percent(share)}</td></tr>
`,
  )}</tbody>
</table></div></details>
</section>`;
}
