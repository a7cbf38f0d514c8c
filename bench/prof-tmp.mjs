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
const stats = new Map();
const stack = [];
let on = false;
for (const k of tf.getKernelsForBackend(backend)) {
  const orig = k.kernelFunc;
  tf.unregisterKernel(k.kernelName, backend);
  tf.registerKernel({
    ...k,
    kernelFunc: (a) => {
      if (!on) return orig(a);
      const t = performance.now();
      stack.push(0);
      const r = orig(a);
      const el = performance.now() - t;
      const inner = stack.pop();
      if (stack.length) stack[stack.length - 1] += el;
      const key =
        k.kernelName +
        ' ' +
        Object.values(a.inputs)
          .map((i) => i?.shape)
          .join('|');
      const s = stats.get(key) ?? [0, 0];
      s[0] += el - inner;
      s[1]++;
      stats.set(key, s);
      return r;
    },
  });
}
await work();
await work();
for (let i = 0; i < 5; i++) {
  const t = performance.now();
  await work();
  console.log('ms', (performance.now() - t).toFixed(1));
}
on = true;
await work();
on = false;
for (const [k, s] of [...stats].sort((a, b) => b[1][0] - a[1][0]).slice(0, 26))
  console.log(k.padEnd(60), s[0].toFixed(1).padStart(8), s[1]);
process.exit(0);
await work();
console.log(JSON.stringify({ ready: `tfjs on ${backend} (${device})` }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'go') break;
  const start = performance.now();
  await work();
  console.log(performance.now() - start);
}
process.exit(0);
