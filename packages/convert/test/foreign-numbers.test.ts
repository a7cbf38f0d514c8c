import { describe, expect, it } from 'vitest';
import { expectSameLogits, golden, open } from './foreign.js';
import { noise } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';

const logits = golden('numbers.json');

describe('files of numbers only (make_numbers.py)', () => {
  it('takes the data format that is said, and gives the logits of Keras that runs channels_first', async () => {
    const name = 'channels-first.weights.h5';
    await expect(open(name)).rejects.toMatchObject({
      code: 'ambiguous',
      asks: ['preset', 'modifiers', 'dataFormat'],
    });
    const preset = 'torchvision';
    const { file, notes } = await open(name, { preset, dataFormat: 'channels_first' });
    expect(notes.map(({ detail }) => detail)).toContain(
      'rows of the first dense layer were put in height, width, channels order',
    );
    await expectSameLogits(file, logits[name]);
    const other = await open(name, { preset });
    expect(other.notes.map(({ detail }) => detail)).toContainEqual(
      expect.stringContaining('height, width, channels was taken'),
    );
    const found = await logitsOf(other.file, noise(224 * 224 * 3, 99));
    expect(relativeDifference(found, logits[name]?.logits ?? [])).toBeGreaterThan(0.01);
  });

  it('refuses a data format for a file that says its own', async () => {
    const reading = open('channels-first.keras', { dataFormat: 'channels_last' });
    await expect(reading).rejects.toThrow('leave the data format out');
  });

  it.each(['one-tower-tf2.index', 'one-tower-tf1.index'])(
    '%s of TensorFlow: asks which one-tower network it is',
    async (name) => {
      const dataFormat = 'channels_last';
      await expect(open(name, { dataFormat })).rejects.toMatchObject({
        code: 'ambiguous',
        asks: ['preset', 'modifiers'],
      });
      const normalized = await open(name, { preset: 'alexnet', dataFormat });
      await expectSameLogits(normalized.file, logits['one-tower-normalized']);
      const modifiers = { norm: 'none' } as const;
      const plain = await open(name, { preset: 'alexnet', modifiers, dataFormat });
      await expectSameLogits(plain.file, logits['one-tower']);
    },
  );
});
