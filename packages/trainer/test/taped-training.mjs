/** Training on tape beside training op by op, in Node and in browsers: what their tests run. */
import { bytePreparation, createPipeline, makeBatch, makeByteBatch } from '@alexnet/augment';
import { buildNetwork, createSpec, predictPrepared, uploadImages } from '@alexnet/model';
import { createOptimizer, createStep, RECIPES, train } from '@alexnet/trainer';

const CLASSES = 3;
const conv1 = { kernelSize: 5, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } };
export const networkOf = (tf, modifiers = {}) =>
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
export const base = {
  ...RECIPES.quick,
  epochs: 2,
  batchSize: 8,
  learningRate: 0.01,
  schedule: { ...RECIPES.quick.schedule, kind: 'constant', warmupEpochs: 0 },
  ema: 0,
};
export const preprocessing = {
  resize: { shorterSide: 36 },
  crop: { height: 32, width: 32 },
  channelOrder: 'rgb',
  range: 255,
  mean: [128, 128, 128],
  std: [64, 64, 64],
};
export const colors = {
  mean: [128, 128, 128],
  std: [64, 64, 64],
  eigenvalues: [900, 90, 9],
  eigenvectors: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};
export const imagesOf = (count) => ({
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
async function run(tf, step, recipe, modifiers) {
  const network = networkOf(tf, modifiers);
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

export const bits = (values) => new Uint32Array(Float32Array.from(values).buffer).join();

/** What a run on tape says and leaves that is not, to the bit, that of one op by op. */
export async function compareWays(tf, recipe, modifiers) {
  const whole = { ...base, ...recipe };
  const taped = await run(tf, 'compiled', whole, modifiers);
  const plain = await run(tf, 'op by op', whole, modifiers);
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
  return { updates: taped.said.length, wrong: wrong.slice(0, 3), error };
}

/** The largest difference between images normalized on the device and here, as a share of the largest number. */
export async function bytesOnDevice(tf) {
  const mean = {
    height: 36,
    width: 36,
    data: new Float32Array(36 * 36 * 3).map((_, i) => i % 251),
  };
  const errors = [];
  for (const way of [{}, { mean, std: null, channelOrder: 'bgr' }]) {
    // 31 × 33 px: no whole words.
    const context = {
      preprocessing: { ...preprocessing, ...way, crop: { height: 31, width: 33 } },
      colors,
    };
    const operations = ['resize', 'randomCrop', 'randomFlip', 'fancyPca', 'normalize'];
    const pipeline = createPipeline(
      operations.map((op) => ({ op })),
      context,
    );
    const maker = pipeline.at({ seed: 1, epoch: 0, first: 0 });
    const indices = [0, 1, 2, 3, 4, 5];
    const floats = await makeBatch(imagesOf(6), indices, maker, { classes: CLASSES });
    const bytes = await makeByteBatch(imagesOf(6), indices, maker, { classes: CLASSES });
    const x = uploadImages(tf, bytes.pixels, bytes.imageShape);
    const values = await x.data();
    x.dispose();
    const scale = floats.pixels.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    errors.push(
      values.reduce((most, value, i) => Math.max(most, Math.abs(value - floats.pixels[i])), 0) /
        scale,
    );
  }
  return errors;
}

export function batchOf(images, seed) {
  const size = 32 * 32 * 3;
  const labels = Int32Array.from({ length: images }, (_, i) => (i + seed) % CLASSES);
  const targets = new Float32Array(images * CLASSES);
  labels.forEach((label, row) => {
    targets[row * CLASSES + label] = 1;
  });
  const pixels = Float32Array.from({ length: images * size }, (_, i) => Math.sin(i * (seed + 1)));
  return { pixels, imageShape: [32, 32, 3], labels, targets, ids: [], skipped: [] };
}

/** Images as bytes. */
const bytesOf = (count) => {
  const indices = Array.from({ length: count }, (_, i) => i);
  const maker = bytePreparation(preprocessing);
  return makeByteBatch(imagesOf(count), indices, maker, { classes: CLASSES });
};

export const at = (seed) => ({
  learningRate: 0.01,
  peakLearningRate: 0.01,
  epoch: 0,
  dropoutSeed: seed,
});

export const begin = (network, way) => {
  const optimizer = createOptimizer(network, base);
  const step = createStep({ network, optimizer, average: null, recipe: base }, way);
  return { network, optimizer, step };
};

export function end({ network, optimizer, step }) {
  step.dispose();
  optimizer.dispose();
  network.dispose();
}

/** Tensors and bytes before and after so many steps and predictions in turns, and buffers made in them. */
export async function memoryOver(tf, { network, step }, steps) {
  const { device } = tf.backend();
  const createBuffer = device.createBuffer.bind(device);
  let created = 0;
  device.createBuffer = (asked) => {
    created++;
    return createBuffer(asked);
  };
  const images = await bytesOf(5);
  const once = async (seed) => {
    await step.run(batchOf(8, seed % 7), at(seed));
    await predictPrepared(network, images);
  };
  // Of the readback buffers as many as are ever under way, and a prediction's tape from its second call on.
  for (let seed = 0; seed < 3; seed++) await once(seed);
  const held = () => [tf.memory().numTensors, tf.memory().numBytesAllocatedInGPU];
  const before = held();
  created = 0;
  for (let seed = 0; seed < steps; seed++) await once(seed);
  const memory = { before, after: held(), created };
  device.createBuffer = createBuffer;
  return memory;
}

/** Whether predictions on tape, of floats and of bytes, see what steps wrote: the same as op by op. */
export async function predictsAsWritten(tf, { network, step }) {
  const given = [batchOf(5, 9), await bytesOf(5)];
  for (let seed = 0; seed < 3; seed++) {
    await step.run(batchOf(8, seed), at(seed));
    for (const images of given) await predictPrepared(network, images);
  }
  const same = [];
  for (const images of given) {
    const taped = await predictPrepared(network, images);
    const rows = tf.tidy(() => {
      const x = uploadImages(tf, images.pixels, images.imageShape);
      return tf.softmax(network.forward(x));
    });
    const plain = await rows.data();
    rows.dispose();
    same.push(bits(taped.flatMap(({ probabilities }) => [...probabilities])) === bits(plain));
  }
  return same;
}

/** Losses and weights of three steps on tape that are not those of three op by op. */
export async function compareSteps(tf, modifiers) {
  const ways = [];
  for (const way of ['compiled', 'op by op']) {
    const own = begin(networkOf(tf, modifiers), way);
    const losses = [];
    for (const seed of [0, 1, 2])
      losses.push((await own.step.run(batchOf(4, seed), at(seed))).loss);
    ways.push(new Map([['losses', { data: losses }], ...(await own.network.getWeights())]));
    end(own);
  }
  const [taped, plain] = ways;
  return [...taped].flatMap(([name, { data }]) =>
    bits(data) === bits(plain.get(name).data) ? [] : [name],
  );
}
