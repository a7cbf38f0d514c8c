/**
 * Prints, as one line of JSON, how training on tape differs from training op by op on software WebGPU:
 * what is not the same to the bit, and what steps leave behind.
 */
import { openNullWebgpu, selectBackend } from '@alexnet/backend/node';
import {
  at,
  batchOf,
  begin,
  bits,
  bytesOnDevice,
  compareWays,
  end,
  memoryOver,
  networkOf,
  predictsAsWritten,
} from './taped-training.mjs';

const { tf } = await selectBackend({ require: 'webgpu' });
const cases = {
  'two towers, the learning rate outside, a moving average': [
    { learningRateInMomentum: 'outside', ema: 0.9 },
    { groups: 2 },
  ],
  'batch norm in two parts of a batch, layers that freeze and layers that are slower': [
    {
      accumulate: 2,
      layers: { conv1: { frozenFromEpoch: 1 }, fc8: { learningRateFactor: 0.1 } },
    },
    { norm: 'batch' },
  ],
  'clipped gradients': [{ clipNorm: 0.5, epochs: 1 }],
};
const different = {};
for (const [title, [recipe, modifiers]] of Object.entries(cases)) {
  different[title] = await compareWays(tf, recipe, modifiers);
}

// A step that fails, and two that had begun when it did.
const failing = begin(networkOf(tf), 'compiled');
const results = await Promise.all(
  [0, 1, 2, 3].map((seed) => {
    const batch = batchOf(8, seed);
    if (seed === 1) batch.pixels[17] = Number.NaN;
    return failing.step.run(batch, at(seed));
  }),
);
const after = await failing.step.run(batchOf(8, 4), at(4));
const sound = begin(networkOf(tf), 'op by op');
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
const isKept = bits(await copy.data()) === bits(first.data);
copy.dispose();

const predictions = await predictsAsWritten(tf, failing);
const bytes = await bytesOnDevice(tf);
end(failing);
end(sound);
const leftOver = [tf.memory().numTensors, tf.engine().backend.numDataIds()];

// Hundreds of steps, on a device that computes nothing: what is kept is the processor's doing.
const nothing = await openNullWebgpu();
const memory = await memoryOver(nothing, begin(networkOf(nothing), 'compiled'), 300);
console.log(JSON.stringify({ different, failure, isKept, memory, predictions, bytes, leftOver }));
process.exit(0);
