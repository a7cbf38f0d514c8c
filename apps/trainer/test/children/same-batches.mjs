import {
  createColorAccumulator,
  createEpochOrder,
  createPipeline,
  makeBatch,
} from '@alexnet/augment';
import { createLoader } from '@alexnet/augment/loader';
import { openDataset } from '@alexnet/data';
import { RECIPES } from '@alexnet/trainer';

/** Prints how many batches of two epochs are the same bits from the loader and from the trainer. */

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
const [source, name] = process.argv.slice(2);
const operations = [
  ...RECIPES[name].augment,
  { op: 'randomErasing' },
  { op: 'mixup', probability: 0.5 },
  { op: 'labelSmoothing' },
];
const { train, classNames, close } = await openDataset(source);
const accumulator = createColorAccumulator();
for (let i = 0; i < train.records.length; i++) accumulator.add(await train.image(i));
const colors = accumulator.result();
const pipeline = createPipeline(operations, { preprocessing, colors });
const loader = await createLoader({
  ...{ source, batch, preprocessing, operations, colors, seed, workers: 2 },
});
const bytes = (floats) => Buffer.from(floats.slice().buffer);
let same = 0;
let total = 0;
for (const epoch of [0, 1]) {
  const order = createEpochOrder(train.records.length, seed, epoch);
  for await (const { index, pixels, targets, ids } of loader.epoch(epoch)) {
    const first = index * batch;
    const indices = order.subarray(first, first + batch);
    const maker = pipeline.at({ seed, epoch, first });
    const own = await makeBatch(train, indices, maker, { classes: classNames.length, fast: true });
    const equal =
      bytes(pixels).equals(bytes(own.pixels)) && bytes(targets).equals(bytes(own.targets));
    same += equal && ids.join() === own.ids.join() ? 1 : 0;
    total++;
  }
}
await loader.close();
await close();
console.log(JSON.stringify({ same, total }));
