import {
  encodeSafetensors,
  type Model,
  type SafetensorsTensor,
  type Weight,
  writeModel,
} from '@alexnet/convert';
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

/** A file as `alexnet train` keeps its checkpoints: F32 in tfjs layout, groups by prefix. */
export function checkpoint(groups: Readonly<Record<string, ReadonlyMap<string, Weight>>>) {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [group, weights] of Object.entries(groups)) {
    for (const [name, { shape, data }] of weights) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      tensors.set(`${group}/${name}`, { dtype: 'F32', shape, data: bytes });
    }
  }
  return encodeSafetensors(tensors, new Map([['alexnet.checkpoint', '{}']]));
}

/** The weights of a model, all times a factor. */
export function scaled({ weights }: Model, factor: number): Map<string, Weight> {
  return new Map(
    [...weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => value * factor) },
    ]),
  );
}
