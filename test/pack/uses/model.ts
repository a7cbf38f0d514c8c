import { strict as assert } from 'node:assert';
import { buildNetwork, costSplit, createSpec, predict, topK } from '@alexnet/model';
import { matchClasses } from '@alexnet/model/classes';
import { IMAGENET_CLASSES } from '@alexnet/model/imagenet';
import { measureFilterColors } from '@alexnet/model/measures';
import * as tf from '@tensorflow/tfjs';

async function main() {
  assert.equal(costSplit(createSpec()).dense.parameters, 58_631_144);
  await tf.setBackend('cpu');
  const spec = createSpec('paper', { width: 1 / 16, input: 67 });
  const network = buildNetwork(tf, spec, { seed: 1 });
  const [prediction] = await predict(network, tf.zeros<tf.Rank.R4>([1, 67, 67, 3]));
  const [best] = topK(prediction?.probabilities ?? [], 1);
  assert.ok(best !== undefined && IMAGENET_CLASSES[best.index] !== undefined);
  const kernels = (await network.getWeights()).get('conv1.weight');
  assert.ok(kernels !== undefined);
  assert.equal(measureFilterColors(kernels).length, 6);
  const tench = { names: ['n01440764'], count: 1 };
  assert.deepEqual(matchClasses({ names: null, count: 1000 }, tench).outputs, [0]);
  network.dispose();
  console.log('model works');
}

void main();
