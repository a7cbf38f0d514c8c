// One engine of this project under the harness: reads "go" lines, answers with milliseconds.
// node engine.mjs TASK BATCH [BACKEND]      TASK: train | predict
import { createInterface } from 'node:readline';
import { selectBackend } from '../packages/backend/dist/node.js';
import { buildNetwork, createSpec } from '../packages/model/dist/index.js';
import { createOptimiser, RECIPES, trainStep } from '../packages/trainer/dist/index.js';

const [task, batchText, backend = 'tensorflow'] = process.argv.slice(2);
const batch = Number(batchText);
const { tf, device } = await selectBackend({ require: backend });
const spec = createSpec('alexnet');
const network = buildNetwork(tf, spec, { seed: 1 });
const { height, width, channels } = spec.input;
const pixels = Float32Array.from({ length: batch * height * width * channels }, (_, i) =>
  Math.sin(i),
);

async function predict() {
  const x = tf.tensor4d(pixels, [batch, height, width, channels]);
  const probabilities = tf.tidy(() => tf.softmax(network.forward(x)));
  await probabilities.data();
  tf.dispose([x, probabilities]);
}

const recipe = RECIPES.paper ?? Object.values(RECIPES)[0];
const optimiser = task === 'train' ? createOptimiser(tf, network, recipe) : undefined;
const labels = Int32Array.from({ length: batch }, (_, i) => i);
const data = { pixels, pictureShape: [height, width, channels], labels, ids: [], skipped: [] };
let steps = 0;
async function train() {
  await trainStep(
    tf,
    network,
    optimiser,
    data,
    { ...recipe, accumulate: 1 },
    {
      rate: 0.001,
      epoch: 0,
      dropoutSeed: steps++,
    },
  );
}

const work = task === 'train' ? train : predict;
await work();
console.log(JSON.stringify({ ready: `tfjs on ${backend} (${device})` }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'go') break;
  const start = performance.now();
  await work();
  console.log(performance.now() - start);
}
process.exit(0);
