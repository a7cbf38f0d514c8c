import { describe, it } from 'vitest';
import { expectSameLogits, golden, open } from './foreign.js';

/** Weights alone do not say what is computed with them. */
const NUMBERS = { preset: 'torchvision', dataFormat: 'channels_last' } as const;

const logits = { ...golden('keras.json'), ...golden('keras-ends.json') };

describe('Keras files of every form', () => {
  it.each(Object.keys(logits).filter((name) => /(h5|keras)(\.gz)?$/.test(name)))(
    '%s gives the logits Keras gives',
    async (name) => {
      const { file } = await open(name, name.endsWith('.weights.h5') ? NUMBERS : {});
      await expectSameLogits(file, logits[name]);
    },
  );
});

describe('TensorFlow checkpoints', () => {
  it.each(['k3-checkpoint', 'k3-export', 'k3-training', 'tf1-training'])(
    '%s gives the logits of the model in it',
    async (name) => {
      const { file } = await open(`${name}.index`, NUMBERS);
      await expectSameLogits(file, logits[name]);
    },
  );
});
