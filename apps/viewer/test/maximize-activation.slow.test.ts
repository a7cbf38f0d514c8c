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
import {
  maximizeActivation,
  type Parametrization,
} from '../src/lib/explain/maximize-activation.js';
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

  const UNITS = [
    { layer: 'conv3', unit: 10 },
    { layer: 'conv5', unit: 20 },
    { layer: 'fc8', unit: 14 },
  ] as const;

  /** The strongest response of each of {@link UNITS}, all from the same passes. */
  async function best(images: AsyncIterable<RgbImage>): Promise<number[]> {
    const { height, width } = network.spec.input;
    const found = UNITS.map(() => Number.NEGATIVE_INFINITY);
    for await (const image of images) {
      const x = tf.tensor4d(prepareImage(image, preprocessing), [1, height, width, 3]);
      const maps = new Map(
        network.activations(
          x,
          UNITS.map(({ layer }) => layer),
        ),
      );
      for (const [index, { layer, unit }] of UNITS.entries()) {
        const map = maps.get(layer);
        if (!map) continue;
        const data = await map.data();
        const channels = map.shape.at(-1) ?? 1;
        let sum = 0;
        for (let i = unit; i < data.length; i += channels) sum += data[i] ?? 0;
        found[index] = Math.max(found[index] ?? 0, (sum * channels) / data.length);
      }
      tf.dispose([x, ...maps.values()]);
    }
    return found;
  }

  it('beats noise and the best of 1,000 parts of photographs, with phases alone too', async () => {
    const side = preprocessing.resize.shorterSide;
    async function* noise(): AsyncGenerator<RgbImage> {
      const rng = createRng(3);
      for (let i = 0; i < 20; i++) {
        const data = Uint8Array.from({ length: side * side * 3 }, () => rng.below(256));
        yield { width: side, height: side, data };
      }
    }
    const ofNoise = await best(noise());
    const ofPhotographs = await best(photographs(1000, side));
    for (const [index, { layer, unit }] of UNITS.entries()) {
      const grow = async (parametrization: Parametrization, steps: number) => {
        const options = { layer, unit, seed: 0, parametrization };
        const maximizer = maximizeActivation(tf, network, preprocessing, options);
        maximizer.advance(steps);
        const grown = await maximizer.value();
        maximizer.dispose();
        return grown;
      };
      const [fourier, maco] = [await grow('fourier', 64), await grow('maco', 24)];
      for (const grown of [fourier, maco]) {
        expect(grown).toBeGreaterThan(ofNoise[index] ?? 0);
        expect(grown).toBeGreaterThan(ofPhotographs[index] ?? 0);
      }
    }
  });
});
