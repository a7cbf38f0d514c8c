import { describe, expect, it } from 'vitest';
import { expectSameLogits, foreign, type GoldenLogits, open } from './foreign.js';

const golden: GoldenLogits = JSON.parse(new TextDecoder().decode(foreign('keras-norms.json')));
const network = {
  preset: 'torchvision',
  dataFormat: 'channels_last',
  modifiers: { norm: 'batch' },
  allow: ['precision'],
} as const;

describe('batch norm in files of numbers only (make_keras_norms.py)', () => {
  it.each(['norms.weights.h5.gz', 'norms-old.h5.gz', 'norms.index'])(
    '%s: asks for the epsilon, and gives the logits Keras gives',
    async (name) => {
      await expect(open(name, network)).rejects.toThrow("Keras' own is 0.001");
      const { file, notes } = await open(name, { ...network, epsilon: 0.01 });
      expect(notes.map(({ detail }) => detail)).toContain(
        'each batch norm is taken to stand between its convolution and the activation',
      );
      await expectSameLogits(file, golden);
    },
  );
});
