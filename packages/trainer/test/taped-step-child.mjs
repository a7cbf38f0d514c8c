/**
 * Prints, as one line of JSON, how training on tape differs from training op by op on software WebGPU:
 * what is not the same to the bit, and what 60 steps leave behind.
 */
import { selectBackend } from '@alexnet/backend/node';
import { buildNetwork, createSpec, predict } from '@alexnet/model';
import { createOptimizer, createStep, RECIPES, train } from '@alexnet/trainer';

const { tf } = await selectBackend({ require: 'webgpu' });
const CLASSES = 3;
const conv1 = { kernelSize: 5, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } };
const networkOf = (modifiers = {}) =>
  buildNetwork(
    tf,
    createSpec('alexnet', {
      classes: CLASSES,
      input: 32,
      width: 1 / 12,
      headWidth: 1 / 128,
      dropout: 0.3,
      init: 'he',
      conv1,
      ...modifiers,
    }),
    { seed: 3 },
  );
const base = {
  ...RECIPES.quick,
  epochs: 2,
  batchSize: 8,
  learningRate: 0.01,
  schedule: { ...RECIPES.quick.schedule, kind: 'constant', warmupEpochs: 0 },
  ema: 0,
};
const preprocessing = {
  resize: { shorterSide: 36 },
  crop: { height: 32, width: 32 },
  channelOrder: 'rgb',
  range: 255,
  mean: [128, 128, 128],
  std: [64, 64, 64],
};
const colors = {
  mean: [128, 128, 128],
  std: [64, 64, 64],
  eigenvalues: [900, 90, 9],
  eigenvectors: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};
const imagesOf = (count) => ({
  records: Array.from({ length: count }, (_, index) => ({
    id: `${index}.png`,
    label: index % CLASSES,
  })),
  async image(index) {
    const data = new Uint8Array(36 * 36 * 3).map((_, at) =>
      at % 3 === index % CLASSES ? 200 + ((index + at) % 50) : 40 + ((index * at) % 37),
    );
    return { width: 36, height: 36, data };
  },
});

/** Everything a run says and leaves. */
async function run(step, recipe, modifiers) {
  const network = networkOf(modifiers);
  const said = [];
  const saved = [];
  await train({
    network,
    recipe,
    preprocessing,
    colors,
    seed: 5,
    step,
    // Two batches of eight and one of four an epoch.
    train: imagesOf(20),
    validation: imagesOf(5),
    observer: {
      onStep: ({ globalStep, loss, accuracy, gradientNorm }) =>
        said.push([globalStep, loss, accuracy, gradientNorm]),
      onEpoch: ({ validation }) => said.push([validation.loss, validation.top1]),
      onSnapshot: async ({ weights, velocities, average }) => {
        for (const tensors of [weights, velocities, average ?? []])
          for (const [name, { data }] of tensors) saved.push([name, data.slice()]);
      },
    },
  });
  network.dispose();
  return { said, saved };
}

const bits = (values) => new Uint32Array(Float32Array.from(values).buffer).join();
const cases = {
  'two towers, the learning rate outside': [{ learningRateInMomentum: 'outside' }, { groups: 2 }],
  'batch norm in three parts of a batch': [{ accumulate: 3 }, { norm: 'batch' }],
  'a moving average': [{ ema: 0.9 }],
  'layers that freeze and layers that are slower': [
    { layers: { conv1: { frozenFromEpoch: 1 }, fc8: { learningRateFactor: 0.1 } } },
  ],
  'clipped gradients': [{ clipNorm: 0.5 }],
};
const different = {};
for (const [title, [recipe, modifiers]] of Object.entries(cases)) {
  const whole = { ...base, ...recipe };
  const taped = await run('compiled', whole, modifiers);
  const plain = await run('op by op', whole, modifiers);
  const wrong = [];
  taped.said.forEach((values, i) => {
    if (bits(values) !== bits(plain.said[i])) wrong.push(`said ${values}, not ${plain.said[i]}`);
  });
  let error = 0;
  taped.saved.forEach(([name, values], i) => {
    const other = plain.saved[i][1];
    if (bits(values) !== bits(other)) wrong.push(name);
    const scale = other.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
    values.forEach((value, at) => {
      error = Math.max(error, Math.abs(value - other[at]) / scale);
    });
  });
  different[title] = { updates: taped.said.length, wrong: wrong.slice(0, 3), error };
}

function batchOf(images, seed) {
  const size = 32 * 32 * 3;
  const labels = Int32Array.from({ length: images }, (_, i) => (i + seed) % CLASSES);
  const targets = new Float32Array(images * CLASSES);
  labels.forEach((label, row) => {
    targets[row * CLASSES + label] = 1;
  });
  const pixels = Float32Array.from({ length: images * size }, (_, i) => Math.sin(i * (seed + 1)));
  return { pixels, imageShape: [32, 32, 3], labels, targets, ids: [], skipped: [] };
}
const at = (seed) => ({
  learningRate: 0.01,
  peakLearningRate: 0.01,
  epoch: 0,
  dropoutSeed: seed,
});
const begin = (way) => {
  const network = networkOf();
  const optimizer = createOptimizer(network, base);
  const step = createStep({ network, optimizer, average: null, recipe: base }, way);
  return { network, optimizer, step };
};

// A step that fails, and two that had begun when it did.
const failing = begin('compiled');
const results = await Promise.all(
  [0, 1, 2, 3].map((seed) => {
    const batch = batchOf(8, seed);
    if (seed === 1) batch.pixels[17] = Number.NaN;
    return failing.step.run(batch, at(seed));
  }),
);
const after = await failing.step.run(batchOf(8, 4), at(4));
const sound = begin('op by op');
for (const seed of [0, 4]) await sound.step.run(batchOf(8, seed), at(seed));
const [left, right] = [await failing.network.getWeights(), await sound.network.getWeights()];
const failure = {
  sound: [...results, after].map(({ gradientNorm }) => Number.isFinite(gradientNorm)),
  changed: [...left].filter(([name, { data }]) => bits(data) !== bits(right.get(name).data)).length,
};

// Weights that are set between two steps, and a copy of them that must stay as it is.
const first = left.get([...left.keys()][0]);
const variable = failing.network.parameters[0].variable;
const copy = tf.clone(variable);
failing.network.setWeights(right);
await failing.step.run(batchOf(8, 5), at(5));
await sound.step.run(batchOf(8, 5), at(5));
const isKept = bits(await copy.data()) === bits(first.data);
copy.dispose();

// Memory, over steps and predictions in turns.
const { device } = tf.backend();
const createBuffer = device.createBuffer.bind(device);
let created = 0;
device.createBuffer = (asked) => {
  created++;
  return createBuffer(asked);
};
const x = tf.tensor4d(batchOf(5, 9).pixels, [5, 32, 32, 3]);
const once = async (seed) => {
  const { loss } = await failing.step.run(batchOf(8, seed % 7), at(seed));
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  await predict(failing.network, x);
};
for (let seed = 0; seed < 5; seed++) await once(seed);
const held = () => [tf.memory().numTensors, tf.memory().numBytesAllocatedInGPU];
const before = held();
created = 0;
for (let seed = 0; seed < 60; seed++) await once(seed);
const memory = { before, after: held(), created };

// A prediction on tape sees what the steps write: the same as one op by op.
const [taped] = await predict(failing.network, x);
const rows = tf.tidy(() => tf.softmax(failing.network.forward(x)));
const plainRow = (await rows.data()).slice(0, CLASSES);
const predictions = bits(taped.probabilities) === bits(plainRow);
rows.dispose();
x.dispose();
for (const { network, optimizer, step } of [failing, sound]) {
  step.dispose();
  optimizer.dispose();
  network.dispose();
}
const leftOver = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
console.log(JSON.stringify({ different, failure, isKept, memory, predictions, leftOver }));
process.exit(0);
