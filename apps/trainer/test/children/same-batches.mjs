import { createColorAccumulator, createEpochOrder } from '@alexnet/augment';
import { createLoader } from '@alexnet/augment/loader';
import { openDataset } from '@alexnet/data';
import { RECIPES, trainingBatch } from '@alexnet/trainer';

/** Prints how many batches of two epochs are the same bits from the loader and from the trainer. */

const [source] = process.argv.slice(2);
const batch = 8;
const seed = 7;
const preprocessing = {
  resize: { shorterSide: 36 },
  crop: { height: 33, width: 33 },
  channelOrder: 'rgb',
  range: 255,
  mean: [120, 120, 120],
  std: [64, 64, 64],
};
const recipe = { ...RECIPES.quick.augment, chunk: 4 };
const { train, close } = await openDataset(source);
const accumulator = createColorAccumulator();
for (let i = 0; i < train.records.length; i++) accumulator.add(await train.image(i));
const colors = accumulator.result();
const loader = await createLoader({
  ...{ source, batch, preprocessing, recipe, colors, seed, chunk: recipe.chunk, workers: 2 },
});
const bytes = (floats) => Buffer.from(floats.slice().buffer);
let same = 0;
let total = 0;
for (const epoch of [0, 1]) {
  const order = createEpochOrder(train.records.length, seed, epoch);
  for await (const { index, images, labels } of loader.epoch(epoch)) {
    const firstPosition = index * batch;
    const indices = order.subarray(firstPosition, firstPosition + batch);
    const options = { seed, epoch, preprocessing, colors, recipe, firstPosition };
    const own = await trainingBatch(train, indices, options);
    const equal = bytes(images).equals(bytes(own.pixels));
    same += equal && labels.join() === own.labels.join() ? 1 : 0;
    total++;
  }
}
await loader.close();
await close();
console.log(JSON.stringify({ same, total }));
