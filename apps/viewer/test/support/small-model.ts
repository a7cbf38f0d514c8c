import type { Model } from '@alexnet/convert';
import { writeModel } from '@alexnet/convert';
import { buildNetwork, createSpec, type Tf } from '@alexnet/model';
import * as core from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';

export const tf: Tf = { ...core, ...layers };

/** Two towers at an eighth of the width: small enough for every backend, with every kind of layer. */
export const smallSpec = createSpec('paper', {
  classes: 6,
  input: 56,
  width: 0.125,
  init: 'he',
  conv1: { stride: 2, rounding: 'floor' },
});

/** Random weights (seed 7) on the cpu backend, the reference of every other. */
export async function smallModel(changes: Partial<Model> = {}): Promise<Model> {
  await tf.setBackend('cpu');
  const network = buildNetwork(tf, smallSpec, { seed: 7 });
  const weights = await network.getWeights();
  network.dispose();
  return {
    spec: smallSpec,
    weights,
    preprocessing: {
      resize: { shorterSide: 64 },
      crop: { height: 56, width: 56 },
      channelOrder: 'rgb',
      range: 255,
      mean: [120, 115, 105],
      std: [64, 64, 64],
    },
    classNames: ['animal', 'face', 'flag', 'food', 'object', 'symbol'],
    provenance: { dataset: 'none, random weights', seed: 7 },
    ...changes,
  };
}

export async function smallModelBytes(changes?: Partial<Model>): Promise<Uint8Array> {
  return writeModel(await smallModel(changes));
}
