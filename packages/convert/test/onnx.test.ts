import * as tfCore from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { buildNetwork } from '@alexnet/model';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeOnnx } from '../src/onnx/write-onnx.js';
import { NETWORKS, noise, randomWeights } from './networks.js';

const tf = { ...tfCore, ...tfLayers };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(NETWORKS)('writeOnnx: %s', (_name, spec) => {
  it('gives the logits of the tfjs network to 1e-4 in onnxruntime', async () => {
    const { height, width, channels } = spec.input;
    const weights = randomWeights(spec);
    // Of the size of 8-bit values: below that, response normalization has next to no effect.
    const pixels = noise(2 * height * width * channels, 99).map((value) => value * 128);
    const network = buildNetwork(tf, spec);
    network.setWeights(weights);
    const expected = tf.tidy(() => {
      const logits = network.forward(tf.tensor4d(pixels, [2, height, width, channels]));
      return { logits: logits.dataSync(), probabilities: tf.softmax(logits).dataSync() };
    });
    network.dispose();

    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const session = await InferenceSession.create(writeOnnx(file));
    const nchw = new Float32Array(pixels.length);
    const area = height * width;
    pixels.forEach((value, at) => {
      const image = Math.floor(at / (area * channels));
      const pixel = Math.floor(at / channels) % area;
      nchw[(image * channels + (at % channels)) * area + pixel] = value;
    });
    const input = new Tensor('float32', nchw, [2, channels, height, width]);
    const result = await session.run({ input });

    const logits = result.logits?.data as Float32Array;
    const scale = Math.max(...expected.logits.map(Math.abs));
    expect(scale).toBeGreaterThan(0.05);
    expect(new Set(expected.logits).size).toBe(2 * spec.classes);
    expect(difference(logits, expected.logits) / scale).toBeLessThan(1e-4);
    expect(
      difference(result.probabilities?.data as Float32Array, expected.probabilities),
    ).toBeLessThan(1e-4);
    expect(result.logits?.dims).toEqual([2, spec.classes]);
    await session.release();
  });
});

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}
