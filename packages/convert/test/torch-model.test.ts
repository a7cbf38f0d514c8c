import { createSpec, type Preprocessing, type Weight } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { reverseInputChannels } from '../src/alexnet/channel-order.js';
import { findModel, type Model, openModel, writeModel, writeStoredModel } from '../src/index.js';
import { readTorch, writeTorch } from '../src/torch/index.js';
import { writeTorchModel } from '../src/torch/torch-model.js';
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
    const { model: file, notes } = await openModel(fixture('torchvision-tiny.pth'));
    expect([file.spec.preset, file.spec.classes, file.preprocessing]).toEqual([
      'torchvision',
      5,
      null,
    ]);
    expect(notes.map(({ code, exact }) => [code, exact])).toEqual([
      ['names', true],
      ['architecture', true],
      ['layout', true],
      ['preprocessing', true],
    ]);
    const { logits } = JSON.parse(new TextDecoder().decode(fixture('torchvision-tiny.json')));
    const ours = await logitsOf(file, noise(224 * 224 * 3, 99));
    expect(relativeDifference(ours, logits)).toBeLessThan(1e-5);
  });

  it('turns conv1 with a preprocessing that is in BGR, and takes none in another order', async () => {
    const preprocessing: Preprocessing = {
      resize: { shorterSide: 256 },
      crop: { height: 224, width: 224 },
      channelOrder: 'bgr',
      range: 255,
      mean: [104, 117, 123],
      std: null,
    };
    const bytes = fixture('torchvision-tiny.pth');
    const plain = await openModel(bytes);
    const turned = await openModel(bytes, { preprocessing });
    expect(turned.model.preprocessing).toMatchObject({
      channelOrder: 'rgb',
      mean: [123, 117, 104],
    });
    expect(turned.notes.map(({ code }) => code)).toContain('channel-order');
    const conv1 = plain.model.weights.get('conv1.weight') as Weight;
    expect(turned.model.weights.get('conv1.weight')).toEqual(reverseInputChannels(conv1));
    await expect(openModel(bytes, { preprocessing, channelOrder: 'rgb' })).rejects.toThrow(
      'conv1 takes rgb, the preprocessing is in bgr',
    );
  });

  it('asks which of the two-tower networks it is', async () => {
    const { bytes } = writeTorchModel(bare(createSpec('caffenet', { width: 1 / 16, classes: 10 })));
    await expect(openModel(bytes)).rejects.toThrow('fit paper, original2012, caffe, caffenet');
    const { model: file } = await openModel(bytes, { preset: 'caffenet' });
    expect(file.spec).toEqual(createSpec('caffenet', { width: 1 / 16, classes: 10 }));
  });

  it('refuses a network it does not know', async () => {
    const tensors = new Map([['weight', { shape: [2, 2], data: new Float32Array(4) }]]);
    await expect(openModel(writeTorch(tensors))).rejects.toThrow(
      expect.objectContaining({ code: 'unknown-network' }),
    );
  });

  it('matches unknown names by order, and refuses to drop what it cannot place', async () => {
    const file = bare(createSpec('torchvision', { width: 1 / 32, headWidth: 1 / 256, classes: 5 }));
    const source = await openModel(fixture('torchvision-tiny.pth'));
    const state = writeTorchModel({ ...source.model, provenance: null });
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, { shape, read }] of await readTorch(state.bytes)) {
      tensors.set(`layer.${name}`, { shape, data: await read() });
    }
    const renamed = await openModel(writeTorch(tensors));
    expect(renamed.model.spec).toEqual(file.spec);
    expect(sameWeights(renamed.model.weights, source.model.weights)).toBe(true);

    const extra = new Map(
      [...tensors].map(([name, weight]) => [name.slice('layer.'.length), weight]),
    ).set('extra', { shape: [1], data: new Float32Array(1) });
    await expect(openModel(writeTorch(extra))).rejects.toThrow(
      'inexact conversion (dropped-tensor): "extra" has no place',
    );
    const allowed = await openModel(writeTorch(extra), {
      allow: ['dropped-tensor'],
    });
    expect(sameWeights(allowed.model.weights, source.model.weights)).toBe(true);
  });
});

describe('writeOpenedModel', () => {
  it.each(['f32', 'f16'] as const)(
    'streams the bytes writeModel would give (%s)',
    async (dtype) => {
      for (const bytes of [fixture('torchvision-tiny.pth'), await halfPrecision()]) {
        const { model: file } = await openModel(bytes);
        const parts: Uint8Array[] = [];
        const opened = await findModel(bytes);
        await writeStoredModel(opened, (part) => void parts.push(part.slice()), { dtype });
        expect(Buffer.concat(parts).equals(writeModel(file, { dtype }))).toBe(true);
      }
    },
  );

  const halfPrecision = async () => {
    const { model: file } = await openModel(fixture('torchvision-tiny.pth'));
    return writeTorchModel({ ...file, provenance: null }, { dtype: 'f16', allow: ['precision'] })
      .bytes;
  };
});

describe('writeTorchModel', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const file = bare(spec);
    const { bytes } = writeTorchModel(file);
    const back = await openModel(bytes, { spec });
    expect(sameWeights(back.model.weights, file.weights)).toBe(true);
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
