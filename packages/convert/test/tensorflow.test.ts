import type { Weight } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { bytesSource, FormatError, type Model, openModel } from '../src/index.js';
import { readCheckpoint } from '../src/tensorflow/index.js';
import { fixture } from './golden.js';
import { sameWeights } from './networks.js';
import { checkpoint } from './tf-checkpoint.js';
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

  describe('beside or around the variables', () => {
    const value = '/.ATTRIBUTES/VARIABLE_VALUE';
    const layersOf = (model: Model) => [...new Set([...model.weights.keys()].map(ownerOf))];
    const ownerOf = (name: string) => name.slice(0, name.indexOf('.'));
    /** The network of the .pth with its parameters by other names, and more beside them. */
    const renamed = async (
      rename: (layer: number, isKernel: boolean) => string,
      more: ReadonlyMap<string, Weight> = new Map(),
    ) => {
      const { model } = await openModel(fixture('torchvision-tiny.pth'));
      const layers = layersOf(model);
      const own = [...model.weights].map(
        ([name, weight]) =>
          [rename(layers.indexOf(ownerOf(name)), name.endsWith('.weight')), weight] as const,
      );
      return { model, source: checkpoint(new Map([...own, ...more])), variables: new Map(own) };
    };
    const keras = (layer: number, isKernel: boolean) =>
      `layer_with_weights-${layer}/${isKernel ? 'kernel' : 'bias'}${value}`;

    it('a metric of several numbers is left out', async () => {
      const metric = { shape: [200], data: new Float32Array(200) };
      const beside = new Map([[`keras_api/metrics/0/true_positives${value}`, metric]]);
      const { model, source } = await renamed(keras, beside);
      expect(sameWeights((await openModel(source)).model.weights, model.weights)).toBe(true);
    });

    it.each(['Adadelta', 'AdaMax', 'AdamW', 'LARSOptimizer', 'MyOwn'])(
      'what %s keeps of a variable is left out',
      async (optimizer) => {
        const name = (layer: number, isKernel: boolean) =>
          `net/layer${layer}/${isKernel ? 'weights' : 'biases'}`;
        const { variables } = await renamed(name);
        const slots = [...variables].map(([name, own]) => [`${name}/${optimizer}`, own] as const);
        const { model, source } = await renamed(name, new Map(slots));
        const read = await openModel(source);
        expect(sameWeights(read.model.weights, model.weights)).toBe(true);
        expect(read.notes.map(({ detail }) => detail)).toContainEqual(
          expect.stringContaining('were left out: 16'),
        );
      },
    );

    it('dense layers come last, whatever the alphabet says', async () => {
      const { model, source } = await renamed((layer, isKernel) =>
        layer < 5
          ? `features/${keras(layer, isKernel)}`
          : `classifier/${keras(layer - 5, isKernel)}`,
      );
      expect(sameWeights((await openModel(source)).model.weights, model.weights)).toBe(true);
    });
  });

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
