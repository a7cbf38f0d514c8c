#!/usr/bin/env node
/**
 * How often a network that was stored as f16 or int8 answers as its original does: top-1 agreement on
 * held-out images, and the accuracy of each.
 *
 *   node packages/classifier/bench/precision.mjs --data ../shared/data/tiny-imagenet-100.tar \
 *     --weights showcase,showcase-one-tower,net.pth --images 1000 > packages/classifier/bench/results/precision.csv
 *
 * A file that does not say how its images are prepared is taken for torchvision's.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImage } from '@alexnet/augment';
import { selectBackend } from '@alexnet/backend/node';
import { torchvisionPreprocessing } from '@alexnet/classifier';
import { openWeights } from '@alexnet/classifier/node';
import { readModel, writeModel } from '@alexnet/convert';
import { decodeImage, openDataset } from '@alexnet/data';
import { buildNetwork } from '@alexnet/model';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    weights: { type: 'string', default: 'showcase' },
    images: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '20' },
  },
});
const { tf } = await selectBackend();
const dataset = await openDataset(values.data);
const { validation } = dataset;
const count = Math.min(Number(values.images), validation.records.length);
const batch = Number(values.batch);

const best = (row) => row.reduce((top, value, i) => (value > row[top] ? i : top), 0);

/** Logits of every image, one row each, and the true classes. */
async function logitsOf({ spec, weights, preprocessing }) {
  const prepare = preprocessing ?? torchvisionPreprocessing(spec.input.height);
  const network = buildNetwork(tf, spec, { weights });
  const { height, width, channels } = spec.input;
  const rows = [];
  const labels = [];
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    const pixels = new Float32Array(size * height * width * channels);
    for (let i = 0; i < size; i++) {
      // Spread over all classes: records come class by class.
      const index = Math.floor(((start + i) * validation.records.length) / count);
      const image = await decodeImage(await validation.bytes(index));
      pixels.set(prepareImage(image, prepare), i * height * width * channels);
      labels.push(validation.records[index].label);
    }
    const logits = tf.tidy(() =>
      network.forward(tf.tensor4d(pixels, [size, height, width, channels])),
    );
    const numbers = await logits.data();
    logits.dispose();
    for (let i = 0; i < size; i++) {
      rows.push(Float32Array.from(numbers.slice(i * spec.classes, (i + 1) * spec.classes)));
    }
  }
  network.dispose();
  return { rows, labels };
}

process.stdout.write('weights,stored,bytes,images,top1_agreement,top1,largest_logit_difference\n');
for (const name of values.weights.split(',')) {
  const { model } = await openWeights(name);
  let original;
  for (const dtype of ['f32', 'f16', 'int8']) {
    const bytes = writeModel(model, { dtype });
    const { rows, labels } = await logitsOf(readModel(bytes));
    original ??= rows;
    const same = rows.filter((row, i) => best(row) === best(original[i])).length;
    const right = rows.filter((row, i) => best(row) === labels[i]).length;
    const largest = Math.max(...original.map((row) => Math.max(...row.map(Math.abs))));
    const difference = Math.max(
      ...rows.map((row, i) => Math.max(...row.map((value, j) => Math.abs(value - original[i][j])))),
    );
    const known = model.classNames ? (right / count).toFixed(4) : '';
    process.stdout.write(
      `${basename(name)},${dtype},${bytes.length},${count},${same / count},${known},${(difference / largest).toExponential(2)}\n`,
    );
  }
}
await dataset.close();
