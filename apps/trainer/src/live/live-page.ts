import { basename, resolve } from 'node:path';
import { curveFigures } from '../report/curve-figures.js';
import { document } from '../report/document.js';
import { figureBlock } from '../report/figure-block.js';
import { html, trusted } from '../report/html.js';
import { partsInWords } from '../run/run-part.js';
import type { RunRecord } from '../run-folder.js';
import { SCRIPT } from './live-script.js';

/**
 * The page of a running run: the report's drawings, made by the server and swapped in by
 * server-sent events. It fetches nothing from outside, so it works through a tunnel.
 *
 * @param viewer whether the viewer is served beside it
 */
export function livePage(folder: string, record: RunRecord, viewer: boolean): string {
  const name = basename(resolve(folder));
  const { recipe, network } = record;
  const { world } = record.parts.at(-1) ?? {};
  const empty = curveFigures({ record, steps: [], epochs: [] });
  const link = viewer
    ? html`<a href="/viewer/?run=..">Look inside the network</a> with the newest weights · `
    : null;
  return document(
    `${name}: training`,
    html`<header>
<h1>${name}</h1>
<p class="lead">The ${network.preset} network at ${network.input.height} px by the ${recipe.name} recipe, on ${record.trainImages.toLocaleString('en')} images of ${record.classNames.length} classes (${record.datasetName}), on ${partsInWords(record.parts)}.</p>
<dl class="numbers">
<div><dt>epoch of ${recipe.epochs}</dt><dd data-now="epoch">–</dd></div>
<div><dt>loss</dt><dd data-now="loss">–</dd></div>
<div><dt>validation top-1</dt><dd data-now="top1">–</dd></div>
<div><dt>images/s${world === undefined ? '' : ' of all'}</dt><dd data-now="speed">–</dd></div>
<div><dt>data wait</dt><dd data-now="wait">–</dd></div>
${world === undefined ? null : html`<div><dt>processes</dt><dd>${world.processes}</dd></div><div><dt>of a step in reduction</dt><dd data-now="reduction">–</dd></div>`}
</dl>
<p class="soft" id="status" style="margin-top: 20px">connecting …</p>
</header>
<main>
<section aria-labelledby="learning"><h2 id="learning">Learning</h2>
${empty.map(figureBlock)}
</section>
<section aria-labelledby="filters"><h2 id="filters">conv1 filters</h2>
<ul class="strip"><li class="newest"><img id="sheet" alt="The newest conv1 filters" hidden></li></ul>
</section>
<section aria-labelledby="files"><h2 id="files">Files</h2>
<p>${link}<a href="/weights.safetensors" download>weights.safetensors</a>, the newest weights · <a href="/metrics.jsonl">metrics.jsonl</a></p>
</section>
</main>
<footer>Made by <code>alexnet train --serve</code>.</footer>
<script>${trusted(SCRIPT)}</script>`,
  );
}
