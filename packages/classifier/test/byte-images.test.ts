import { selectBackend } from '@alexnet/backend/node';
import type { RgbImage } from '@alexnet/files/image';
import {
  type ByteImages,
  createSpec,
  floatsOf,
  type ImageShape,
  initialWeights,
  type Preprocessing,
  type Tf,
} from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClassifier } from '../src/shared.js';

const KERNEL = 'AlexNetNormalizeBytes';
const conv1 = { kernelSize: 5, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } };
const spec = createSpec('alexnet', {
  classes: 4,
  input: 32,
  width: 1 / 12,
  headWidth: 1 / 128,
  init: 'he',
  conv1,
});
const channels: Preprocessing = {
  resize: { shorterSide: 36 },
  crop: { height: 32, width: 32 },
  channelOrder: 'rgb',
  range: 1,
  mean: [0.4, 0.5, 0.6],
  std: [0.2, 0.3, 0.4],
};
const size = 36 * 36 * 3;
const meanImage = {
  height: 36,
  width: 36,
  data: Float32Array.from({ length: size }, (_, i) => i % 251),
};
const images = [40, 36, 57].map((width) => ({
  width,
  height: 48,
  data: Uint8Array.from({ length: 48 * width * 3 }, (_, i) => (i * i * width) >> 5),
}));

describe('a classifier on a backend that normalizes bytes', () => {
  let tf: Tf;
  beforeAll(async () => {
    ({ tf } = await selectBackend({ require: 'cpu' }));
  });
  afterEach(() => {
    if (tf.getKernel(KERNEL, 'cpu')) tf.unregisterKernel(KERNEL, 'cpu');
  });

  /** Everything it says of the images. */
  const answersWith = async (preprocessing: Preprocessing) => {
    const weights = new Map(initialWeights(spec, 3));
    const model = { spec, weights, preprocessing, classNames: null, provenance: null };
    const classifier = createClassifier(tf, model, async (image: RgbImage) => image);
    const [first] = images as [RgbImage];
    const prepared = classifier.prepare(first);
    const pixels = await prepared.data<'float32'>();
    prepared.dispose();
    const maps = await classifier.activations(images, ['conv1', 'fc8']);
    const ten = await classifier.predict(first, { tenCrop: true });
    const each = await Promise.all(images.map((image) => classifier.predict(image)));
    const many = await classifier.classify(images, { top: 4 });
    classifier.dispose();
    return [
      pixels,
      ...maps.flatMap((map) => [...map.values()].map(({ data }) => data)),
      ten.probabilities,
      ...ten.crops,
      ...each.map(({ probabilities }) => probabilities),
      ...many.map((answers) => answers.map(({ probability }) => probability)),
    ];
  };

  it.each([
    ['means and deviations', channels],
    [
      'a mean image, blue first',
      { ...channels, range: 255, channelOrder: 'bgr', mean: meanImage, std: null },
    ],
  ] as const)('brings bytes to it and says the same: %s', async (_, preprocessing) => {
    const expected = await answersWith(preprocessing);
    const before = tf.memory().numTensors;
    let inputs = 0;
    tf.registerKernel({
      kernelName: KERNEL,
      backendName: 'cpu',
      kernelFunc: ({ inputs: { words, table, mean }, attrs }) => {
        inputs++;
        const valuesOf = (tensor: unknown) => tf.engine().readSync((tensor as Tensor).dataId);
        const bytes = {
          words: valuesOf(words),
          table: valuesOf(table),
          mean: mean ? valuesOf(mean) : null,
        } as ByteImages;
        const { imageShape } = attrs as unknown as { readonly imageShape: ImageShape };
        const count = (words as Tensor).shape[0] as number;
        return tf.tensor(floatsOf(bytes, imageShape), [count, ...imageShape]);
      },
    });
    const actual = await answersWith(preprocessing);
    expect(inputs).toBeGreaterThan(5);
    expect(tf.memory().numTensors).toBe(before);
    expect(actual.length).toBe(expected.length);
    for (const [at, values] of expected.entries()) {
      const scale = Math.max(...Array.from(values, Math.abs));
      const worst = Math.max(
        ...Array.from(values, (value, i) => Math.abs(value - (actual[at]?.[i] ?? Number.NaN))),
      );
      // Sums of the layers carry what rounding left in the pixels.
      expect(worst / scale).toBeLessThan(at === 0 ? 1e-6 : 1e-5);
    }
  });
});
