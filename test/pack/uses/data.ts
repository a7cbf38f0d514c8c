import { strict as assert } from 'node:assert';
import { openDataset } from '@alexnet/data';

async function main() {
  const dataset = await openDataset('images');
  assert.deepEqual(dataset.classNames, ['blue', 'green', 'red']);
  assert.deepEqual([dataset.train.records.length, dataset.validation.records.length], [66, 6]);
  const { width, height, data } = await dataset.train.image(0);
  assert.deepEqual([width, height, data.length], [96, 96, 96 * 96 * 3]);
  await dataset.close();
  console.log('data works');
}

void main();
