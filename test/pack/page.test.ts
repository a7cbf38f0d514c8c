import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { buildPage, noBrowser, openBrowser, runPage } from '../browser-page.js';

const MAIN = `
import { prepareImage } from '@alexnet/augment';
import { selectBackend } from '@alexnet/backend';
import { readModel, writeModel } from '@alexnet/convert';
import { buildNetwork, createSpec, predict, topK, validateSpec } from '@alexnet/model';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
});
const { tf, name } = await selectBackend({ require: 'wasm' });
const preprocessing = {
  resize: { shorterSide: 72 }, crop: { height: 67, width: 67 },
  channelOrder: 'rgb', range: 255, mean: null, std: null,
};
const spec = createSpec('paper', { width: 1 / 16, input: 67, classes: 10 });
const first = buildNetwork(tf, spec, { seed: 1 });
const bytes = writeModel({
  spec, weights: await first.getWeights(), preprocessing, classNames: null, provenance: null,
});
const file = readModel(bytes, { validateSpec });
const network = buildNetwork(tf, file.spec, { seed: 2 });
network.setWeights(file.weights);
const image = { width: 90, height: 80, data: Uint8Array.from({ length: 21600 }, (_, i) => i) };
const pixels = tf.tensor4d(prepareImage(image, file.preprocessing), [1, 67, 67, 3]);
const answers = [];
for (const net of [first, network]) answers.push(topK((await predict(net, pixels))[0].probabilities, 3));
console.log(name, bytes.length, JSON.stringify(answers[0]) === JSON.stringify(answers[1]));
globalThis.done = true;
`;

/** tfjs is loaded by selectBackend alone, in chunks that need each other. */
const LATE = `
import { selectBackend } from '@alexnet/backend';
const { tf } = await selectBackend({ require: 'cpu' });
console.log(tf.sum(tf.matMul(tf.ones([3, 5]), tf.ones([5, 2]))).dataSync()[0]);
globalThis.done = true;
`;

it.skipIf(noBrowser !== '')(
  `a plain Vite page prepares, converts and predicts on wasm ${noBrowser}`,
  async () => {
    expect(await runPage(await pageOf('page', MAIN))).toMatch(/^wasm \d+ true$/);
  },
);

it.skipIf(noBrowser !== '')(
  `a page works whichever of its chunks comes last ${noBrowser}`,
  async () => {
    const page = await pageOf('late-page', LATE);
    const chunks = readdirSync(join(page, 'assets')).filter((name) => name.endsWith('.js'));
    expect(chunks.length).toBeGreaterThan(5);
    const answers: Record<string, string> = {};
    const browser = await openBrowser();
    for (const late of chunks) {
      answers[late] = await runPage(page, { late, browser }).catch(({ message }) => message);
    }
    await browser.close();
    expect(answers).toEqual(Object.fromEntries(chunks.map((chunk) => [chunk, '30'])));
  },
);

/** Writes and builds a page with one script; returns its folder. */
async function pageOf(name: string, script: string): Promise<string> {
  const folder = join(inject('scratch'), name);
  mkdirSync(folder);
  symlinkSync(join(inject('project'), 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'main.js'), script);
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
  );
  return buildPage(folder);
}
