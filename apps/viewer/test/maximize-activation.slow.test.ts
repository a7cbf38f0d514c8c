import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createRng, cropImage, prepareImage, type RgbImage, resizeImage } from '@alexnet/augment';
import { registerTrainingKernels } from '@alexnet/backend';
import { readModel } from '@alexnet/convert';
import { buildNetwork, type Network, type Preprocessing } from '@alexnet/model';
import { SHOWCASE } from '@alexnet/showcase';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maximizeActivation, responseOf } from '../src/lib/explain/maximize-activation.js';
import { SAMPLES } from '../src/lib/images/samples.js';
import { tf } from './support/small-model.js';

const require = createRequire(import.meta.url);

async function samplePixels(file: string): Promise<RgbImage> {
  const path = new URL(`../static/samples/${file}`, import.meta.url).pathname;
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Parts of the sample photographs, each of another place and size. */
async function* photographs(count: number, side: number): AsyncGenerator<RgbImage> {
  const rng = createRng(11);
  const images = await Promise.all(SAMPLES.map(({ file }) => samplePixels(file)));
  for (let i = 0; i < count; i++) {
    const image = images[i % images.length];
    if (!image) return;
    const size = side + rng.below(Math.min(image.width, image.height) - side);
    const top = rng.below(image.height - size + 1);
    const left = rng.below(image.width - size + 1);
    yield resizeImage(cropImage(image, { top, left, height: size, width: size }), {
      height: side,
      width: side,
    });
  }
}

describe('activation maximization of the showcase network on wasm', () => {
  let network: Network;
  let preprocessing: Preprocessing;
  beforeAll(async () => {
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`);
    await tf.setBackend('wasm');
    // As selectBackend does in the page.
    registerTrainingKernels(tf);
    const file = readModel(await readFile(SHOWCASE.showcase));
    if (!file.preprocessing) throw new Error('The showcase carries its preprocessing.');
    preprocessing = file.preprocessing;
    network = buildNetwork(tf, file.spec);
    network.setWeights(file.weights);
  });
  afterAll(() => network?.dispose());

  async function responses(images: AsyncIterable<RgbImage>, layer: string, unit: number) {
    const { height, width } = network.spec.input;
    let best = Number.NEGATIVE_INFINITY;
    for await (const image of images) {
      const pixels = prepareImage(image, preprocessing);
      const value = tf.tidy(() =>
        responseOf(tf, network, layer, unit, tf.tensor4d(pixels, [1, height, width, 3])),
      );
      best = Math.max(best, (await value.data())[0] ?? 0);
      value.dispose();
    }
    return best;
  }

  it.each([
    ['conv3', 10],
    ['conv5', 20],
    ['fc8', 14],
  ])(
    'of %s unit %i beats noise and the best of 1,000 parts of photographs',
    async (layer, unit) => {
      const side = preprocessing.resize.shorterSide;
      async function* noise(): AsyncGenerator<RgbImage> {
        const rng = createRng(3);
        for (let i = 0; i < 20; i++) {
          const data = Uint8Array.from({ length: side * side * 3 }, () => rng.below(256));
          yield { width: side, height: side, data };
        }
      }
      const maximizer = maximizeActivation(tf, network, preprocessing, { layer, unit, seed: 0 });
      maximizer.advance(128);
      const grown = await maximizer.value();
      maximizer.dispose();
      expect(grown).toBeGreaterThan(await responses(noise(), layer, unit));
      expect(grown).toBeGreaterThan(await responses(photographs(1000, side), layer, unit));
    },
  );
});
