import { strict as assert } from 'node:assert';
import {
  augmentImage,
  createPipeline,
  measureImageColors,
  prepareTenCrop,
  type RgbImage,
} from '@alexnet/augment';
import { createLoader } from '@alexnet/augment/loader';
import { nearestName } from '@alexnet/augment/settings';
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
  const operations = [
    { op: 'resize' },
    { op: 'randomCrop' },
    { op: 'randomFlip' },
    { op: 'fancyPca' },
    { op: 'normalize' },
  ] as const;
  const colors = measureImageColors([image]);
  const pipeline = createPipeline(operations, { preprocessing, colors });
  const one = augmentImage(pipeline, image, { seed: 1, epoch: 2, index: 3 });
  assert.ok(one.some((value) => value > 0));
  assert.equal(prepareTenCrop(image, preprocessing).length, 10 * one.length);

  assert.equal(nearestName('randomcrop', ['randomCrop', 'normalize']), 'randomCrop');

  const loader = await createLoader({
    source: 'images',
    batch: 16,
    preprocessing,
    operations,
    colors,
    seed: 1,
  });
  let count = 0;
  for await (const batch of loader.epoch(0)) count += batch.labels.length;
  await loader.close();
  assert.equal(count, 66);
  console.log('augment works');
}

void main();
