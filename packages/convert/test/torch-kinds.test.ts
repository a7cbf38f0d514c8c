import { readFileSync } from 'node:fs';
import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  type FormatErrorCode,
  type Model,
  type OpenModelOptions,
  openModel,
  saveModel,
  writeModel,
} from '../src/index.js';
import { fixture } from './golden.js';
import { noise, randomWeights, sameWeights } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';
import { withParts } from './with-parts.js';

/** Logits torch gave (make_torch_kinds.py). */
const golden: Record<string, number[]> = JSON.parse(
  readFileSync(new URL('./fixtures/kind-torch.json', import.meta.url), 'utf8'),
);

const unnormed = { preset: 'alexnet', modifiers: { norm: 'none' } } as const;

const READ: readonly [file: string, network: string, options?: OpenModelOptions][] = [
  ['kind-plain.safetensors', 'plain'],
  ['kind-nodrop.safetensors', 'nodrop'],
  ['kind-batch.safetensors', 'batch'],
  ['kind-lightning.ckpt', 'plain'],
  ['kind-tuple.pth', 'plain'],
  ['kind-head-first.pth', 'plain'],
  ['kind-nodrop.pth', 'nodrop'],
  ['kind-batch.pth', 'batch'],
  ['kind-tower.pth', 'tower', unnormed],
  ['kind-module-plain.pth', 'plain'],
  ['kind-module-local.pth', 'local', { modifiers: { input: 227 } }],
  ['kind-module-parallel.pth', 'local', { modifiers: { input: 227 } }],
  ['kind-module-leaky.pth', 'leaky', { modifiers: { input: 227 } }],
  ['kind-module-ceil.pth', 'ceil', { modifiers: { input: 240 } }],
];

async function asFile(model: Model, kind: string) {
  const { files } = await saveModel(model, kind as 'numpy' | 'keras');
  return [...files.values()][0] as Uint8Array;
}

/** Convolutions in one file, dense layers in another, without a word on the network. */
function inShards(model: Model) {
  const { tensors } = decodeSafetensors(writeModel(model));
  const parts = ['conv', 'fc'].map((part) => {
    const own = [...tensors].filter(([name]) => name.startsWith(part));
    return [`${part}.safetensors`, encodeSafetensors(new Map(own))] as const;
  });
  const map = [...tensors.keys()].map((name) => [name, `${name.replace(/\d.*$/, '')}.safetensors`]);
  const index = JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(map) });
  return withParts('model.safetensors.index.json', Buffer.from(index), new Map(parts));
}

describe('files of torch as people save them', () => {
  it.each(['kind-batch.pth', 'kind-batch.safetensors'])(
    '%s: says which epsilon it took, unless it was said',
    async (name) => {
      const taken = async (options?: OpenModelOptions) =>
        (await openModel(fixture(name), options)).notes.filter(({ detail }) =>
          detail.includes('add to the variance; 0.00001 was taken'),
        ).length;
      expect([await taken(), await taken({ epsilon: 1e-3 })]).toEqual([1, 0]);
    },
  );

  it.each(READ)('%s gives the logits torch gives', async (file, network, options) => {
    const { model } = await openModel(fixture(file), options);
    const { height, width } = model.spec.input;
    const logits = await logitsOf(model, noise(height * width * 3, 99));
    expect(relativeDifference(logits, golden[network] ?? [])).toBeLessThan(1e-5);
  });

  it('joins the shards an index.json names', async () => {
    const name = 'kind-model.safetensors.index.json';
    const parts = new Map(
      [1, 2].map((n) => [
        `kind-model-0000${n}-of-00002.safetensors`,
        fixture(`kind-model-0000${n}-of-00002.safetensors`),
      ]),
    );
    const { model, format } = await openModel(withParts(name, fixture(name), parts));
    expect(format).toBe('safetensors');
    const logits = await logitsOf(model, noise(224 * 224 * 3, 99));
    expect(relativeDifference(logits, golden.plain ?? [])).toBeLessThan(1e-5);
  });

  it.each([
    ['kind-tower.pth', 'ambiguous', 'alexnet is 227 px, unpadded; relu, max pool, LRN'],
    ['kind-local.pth', 'ambiguous', 'counts 3 modules without weights'],
    ['kind-module-local.pth', 'ambiguous', 'say the input size'],
    ['kind-module-dilated.pth', 'unsupported', 'has dilation [2,2]'],
  ] satisfies [string, FormatErrorCode, string][])(
    '%s is not guessed (%s)',
    async (file, code, message) => {
      const reading = openModel(fixture(file));
      await expect(reading).rejects.toThrow(expect.objectContaining({ code }));
      await expect(reading).rejects.toThrow(message);
    },
  );

  it.each([
    ['conv_$1', 'its names are not those of torchvision'],
    ['features.$1$1', 'it counts 32 modules without weights'],
  ])("asks for torchvision's widths where modules are called %s", async (name, message) => {
    const { tensors } = decodeSafetensors(fixture('kind-plain.safetensors'));
    const renamed = [...tensors].map(
      ([path, tensor]) => [path.replace(/^features\.(\d+)/, name), tensor] as const,
    );
    const reading = openModel(encodeSafetensors(new Map(renamed)));
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: 'ambiguous' }));
    await expect(reading).rejects.toThrow(message);
  });

  it.each(['numpy', 'keras', 'shards'])(
    'asks which one-tower network %s of numbers are of',
    async (kind) => {
      const spec = createSpec('alexnet', { width: 1 / 16, headWidth: 1 / 256, norm: 'none' });
      const weights = randomWeights(spec);
      const model = { spec, weights, preprocessing: null, classNames: null, provenance: null };
      const source = kind === 'shards' ? inShards(model) : await asFile(model, kind);
      await expect(openModel(source)).rejects.toThrow(
        expect.objectContaining({ code: 'ambiguous' }),
      );
      await expect(openModel(source)).rejects.toThrow(
        'alexnet is 227 px, unpadded; relu, max pool',
      );
      const { preset, modifiers } = unnormed;
      const order = kind === 'shards' ? {} : ({ dataFormat: 'channels_last' } as const);
      const said = await openModel(source, { preset, modifiers, ...order });
      expect(sameWeights(said.model.weights, weights)).toBe(true);
    },
  );

  it('says what it left out', async () => {
    const { notes } = await openModel(fixture('kind-lightning.ckpt'));
    expect(notes.filter(({ code }) => code === 'dropped-tensor')).toEqual([
      expect.objectContaining({ exact: true, detail: expect.stringContaining('criterion.weight') }),
    ]);
  });

  it('refuses to read a pickled module as another network', async () => {
    const reading = openModel(fixture('kind-module-plain.pth'), { preset: 'alexnet' });
    await expect(reading).rejects.toThrow('not what alexnet computes');
  });
});
