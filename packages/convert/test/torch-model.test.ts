import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { type Model, writeModel, writeOpenedModel } from '../src/index.js';
import {
  openTorchModel,
  readTorch,
  readTorchModel,
  writeTorch,
  writeTorchModel,
} from '../src/torch/index.js';
import { fixture } from './golden.js';
import { NETWORKS, noise, randomWeights, sameWeights } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';

const bare = (spec: Model['spec']): Model => ({
  spec,
  weights: randomWeights(spec),
  preprocessing: null,
  classNames: null,
  provenance: null,
});

describe('readTorchModel', () => {
  it('recognizes a torchvision AlexNet and computes the logits torch does', async () => {
    const { file, notes } = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
    expect([file.spec.preset, file.spec.classes, file.preprocessing]).toEqual([
      'torchvision',
      5,
      null,
    ]);
    expect(notes.map(({ code, exact }) => [code, exact])).toEqual([
      ['names', true],
      ['layout', true],
      ['preprocessing', true],
    ]);
    const { logits } = JSON.parse(new TextDecoder().decode(fixture('torchvision-tiny.json')));
    const ours = await logitsOf(file, noise(224 * 224 * 3, 99));
    expect(relativeDifference(ours, logits)).toBeLessThan(1e-5);
  });

  it('asks which of the two-tower networks it is', async () => {
    const { bytes } = writeTorchModel(bare(createSpec('caffenet', { width: 1 / 16, classes: 10 })));
    await expect(readTorchModel(bytes, { createSpec })).rejects.toThrow(
      'fit paper, original2012, caffe, caffenet',
    );
    const { file } = await readTorchModel(bytes, { createSpec, preset: 'caffenet' });
    expect(file.spec).toEqual(createSpec('caffenet', { width: 1 / 16, classes: 10 }));
  });

  it('refuses a network it does not know', async () => {
    const tensors = new Map([['weight', { shape: [2, 2], data: new Float32Array(4) }]]);
    await expect(readTorchModel(writeTorch(tensors), { createSpec })).rejects.toThrow(
      expect.objectContaining({ code: 'unknown-network' }),
    );
  });

  it('matches unknown names by order, and refuses to drop what it cannot place', async () => {
    const file = bare(createSpec('torchvision', { width: 1 / 32, headWidth: 1 / 256, classes: 5 }));
    const source = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
    const state = writeTorchModel({ ...source.file, provenance: null });
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, { shape, read }] of await readTorch(state.bytes)) {
      tensors.set(`layer.${name}`, { shape, data: await read() });
    }
    const renamed = await readTorchModel(writeTorch(tensors), { createSpec });
    expect(renamed.file.spec).toEqual(file.spec);
    expect(sameWeights(renamed.file.weights, source.file.weights)).toBe(true);

    const extra = new Map(
      [...tensors].map(([name, weight]) => [name.slice('layer.'.length), weight]),
    ).set('extra', { shape: [1], data: new Float32Array(1) });
    await expect(readTorchModel(writeTorch(extra), { createSpec })).rejects.toThrow(
      'inexact conversion (dropped-tensor): "extra" has no place',
    );
    const allowed = await readTorchModel(writeTorch(extra), {
      createSpec,
      allow: ['dropped-tensor'],
    });
    expect(sameWeights(allowed.file.weights, source.file.weights)).toBe(true);
  });
});

describe('writeOpenedModel', () => {
  it.each(['f32', 'f16'] as const)(
    'streams the bytes writeModel would give (%s)',
    async (dtype) => {
      for (const bytes of [fixture('torchvision-tiny.pth'), await halfPrecision()]) {
        const { file } = await readTorchModel(bytes, { createSpec });
        const parts: Uint8Array[] = [];
        const opened = await openTorchModel(bytes, { createSpec });
        await writeOpenedModel(opened, (part) => void parts.push(part.slice()), { dtype });
        expect(Buffer.concat(parts).equals(writeModel(file, { dtype }))).toBe(true);
      }
    },
  );

  const halfPrecision = async () => {
    const { file } = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
    return writeTorchModel({ ...file, provenance: null }, { dtype: 'f16', allow: ['precision'] })
      .bytes;
  };
});

describe('writeTorchModel', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const file = bare(spec);
    const { bytes } = writeTorchModel(file);
    const back = await readTorchModel(bytes, { createSpec, spec });
    expect(sameWeights(back.file.weights, file.weights)).toBe(true);
  });

  it('refuses to lose what a state dict cannot hold unless told', () => {
    const file = { ...bare(createSpec('lenet5')), classNames: [...'0123456789'] };
    expect(() => writeTorchModel(file)).toThrow('a state dict cannot hold classNames');
    expect(writeTorchModel(file, { allow: ['metadata'] }).notes).toContainEqual(
      expect.objectContaining({ code: 'metadata', exact: false }),
    );
    expect(() => writeTorchModel(bare(file.spec), { dtype: 'f16' })).toThrow('allow "precision"');
  });
});
