import { describe, expect, it } from 'vitest';
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

  it.each(['normalization-of-all.keras.gz', 'padded-same.keras.gz'])(
    '%s gives the logits Keras gives',
    async (name) => {
      await expectSameLogits((await open(name)).file, golden('changed.json')[name]);
    },
  );

  it('a class of somebody else under a name of Keras is not taken for that', async () => {
    await expect(open('own-class.keras.gz')).rejects.toThrow('a layer of class Mine>Conv2D');
  });
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
