import { describe, expect, it } from 'vitest';
import { bytesSource, FormatError, openModel } from '../src/index.js';
import { readCheckpoint } from '../src/tensorflow/index.js';
import { fixture } from './golden.js';
import { sameWeights } from './networks.js';
import { withParts } from './with-parts.js';

const shardsOf = (prefix: string) => async (index: number, count: number) => {
  const five = (number: number) => String(number).padStart(5, '0');
  return bytesSource(fixture(`${prefix}.data-${five(index)}-of-${five(count)}`));
};

describe('readTensorflowModel', () => {
  it.each(['tf1', 'tf2'])(
    'reads %s, saved by TensorFlow, with the weights of the .pth',
    async (prefix) => {
      const index = fixture(`${prefix}.index`);
      const parts = new Map(
        (prefix === 'tf1' ? ['00000-of-00002', '00001-of-00002'] : ['00000-of-00001']).map(
          (part) => [`${prefix}.data-${part}`, fixture(`${prefix}.data-${part}`)],
        ),
      );
      const source = withParts(`${prefix}.index`, index, parts);
      const { model: file, notes } = await openModel(source);
      expect(notes.map(({ detail }) => detail)).toEqual(
        expect.arrayContaining([
          expect.stringContaining("those of torchvision's AlexNet, so that was assumed"),
          expect.stringContaining('height, width, channels was taken'),
        ]),
      );
      const said = { preset: 'torchvision', dataFormat: 'channels_last' } as const;
      expect((await openModel(source, said)).notes.map(({ detail }) => detail)).not.toContain(
        expect.stringContaining('was taken'),
      );
      const torch = await openModel(fixture('torchvision-tiny.pth'));
      expect(file.spec).toEqual(torch.model.spec);
      expect(sameWeights(file.weights, torch.model.weights)).toBe(true);
    },
  );

  it('notices flipped bits wherever the index holds something', async () => {
    const index = fixture('tf1.index');
    const all = [...(await readCheckpoint(index, shardsOf('tf1'))).keys()].join();
    for (let at = 0; at < index.length; at += 5) {
      const damaged = index.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      try {
        const tensors = await readCheckpoint(damaged, shardsOf('tf1'));
        expect([...tensors.keys()].join()).toBe(all); // padding of the footer
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
      await expect(readCheckpoint(index.subarray(0, at), shardsOf('tf1'))).rejects.toThrow(
        FormatError,
      );
    }
  });
});
