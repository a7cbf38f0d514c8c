import { strict as assert } from 'node:assert';
import {
  augmentInto,
  createRng,
  measureColors,
  prepareTenCrop,
  type RgbImage,
} from '@alexnet/augment';
import { createLoader } from '@alexnet/augment/loader';
import type { Preprocessing } from '@alexnet/model';

async function main() {
  const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => (i * i) % 251);
  const image: RgbImage = { width: 40, height: 40, data };
  const preprocessing: Preprocessing = {
    resize: { shorterSide: 40 },
    crop: { height: 32, width: 32 },
    channelOrder: 'rgb',
    range: 255,
    mean: null,
    std: null,
  };
  const recipe = { crop: true, flip: true, colorPca: 0.1 };
  const colors = measureColors([image]);
  const one = new Float32Array(32 * 32 * 3);
  augmentInto(one, 0, image, { preprocessing, recipe, colors, rng: createRng(1, 2, 3) });
  assert.ok(one.some((value) => value > 0));
  assert.equal(prepareTenCrop(image, preprocessing).length, 10 * one.length);

  const loader = await createLoader({
    source: 'images',
    batch: 16,
    preprocessing,
    recipe,
    colors,
    seed: 1,
  });
  let count = 0;
  for await (const batch of loader.epoch(0)) count += batch.count;
  await loader.close();
  assert.equal(count, 66);
  console.log('augment works');
}

void main();
