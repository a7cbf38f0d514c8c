import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import type { RgbImage } from '@alexnet/augment';
import { buildNetwork, createSpec, type Preprocessing, type Tf } from '@alexnet/model';
import type { ImageSource, Recipe } from '../src/index.js';
import { quick } from '../src/recipes/quick.js';

export const tf = { ...core, ...layers } as Tf;

export const CLASSES = 3;

/** An AlexNet of a forty-eighth of the width on 32 px: small enough for the cpu backend. */
export function tinyNetwork(seed = 1, dropout = 0.1) {
  const spec = createSpec('alexnet', {
    classes: CLASSES,
    input: 32,
    width: 1 / 48,
    headWidth: 1 / 256,
    dropout,
    init: 'he',
    conv1: { kernelSize: 5, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } },
  });
  return buildNetwork(tf, spec, { seed });
}

export const preprocessing: Preprocessing = {
  resize: { shorterSide: 36 },
  crop: { height: 32, width: 32 },
  channelOrder: 'rgb',
  range: 255,
  mean: [128, 128, 128],
  std: [64, 64, 64],
};

export const tinyRecipe: Recipe = {
  ...quick,
  epochs: 2,
  batchSize: 8,
  learningRate: 0.02,
  schedule: { ...quick.schedule, kind: 'constant', warmupEpochs: 0 },
  ema: 0,
};

/** Images of one plain color each: red, green or blue tells the class. */
export function plainColors(count: number, broken: readonly number[] = []): ImageSource {
  const records = Array.from({ length: count }, (_, index) => ({
    id: `${index}.png`,
    label: index % CLASSES,
  }));
  return {
    records,
    async image(index): Promise<RgbImage> {
      if (broken.includes(index)) throw new Error(`${index}.png is not an image`);
      const data = new Uint8Array(36 * 36 * 3).map((_, at) =>
        at % 3 === index % CLASSES ? 200 + (index % 40) : 40 + (index % 17),
      );
      return { width: 36, height: 36, data };
    },
  };
}
