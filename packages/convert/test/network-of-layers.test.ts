import { createSpec, type NetworkSpec, parameterShapes } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import type { FoundLayer, FoundNetwork, FoundTensor } from '../src/found/found-network.js';
import { networkOfLayers } from '../src/found/network-of-layers.js';
import { NETWORKS } from './networks.js';

/** The network a file would describe that has nothing but the computation. */
function foundOf(spec: NetworkSpec, change: (layer: FoundLayer) => FoundLayer[] = (l) => [l]) {
  const shapes = parameterShapes(spec);
  const tensor = (name: string): FoundTensor => {
    const shape = shapes.get(name) ?? [];
    const length = shape.reduce((product, side) => product * side, 1);
    const read = async () => Float32Array.from({ length }, (_, index) => index);
    return { name, dtype: 'f32', shape, read };
  };
  const layers = spec.layers.flatMap((layer): FoundLayer[] => {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'];
    const own = parts.filter((part) => shapes.has(`${layer.name}.${part}`));
    const tensors = Object.fromEntries(own.map((part) => [part, tensor(`${layer.name}.${part}`)]));
    const { name: _, ...rest } = { ...layer, ...(own.length > 0 ? { tensors } : {}) };
    if (layer.op === 'flatten') return change({ op: 'flatten', order: 'hwc' });
    if (layer.op === 'dropout' && layer.scaling === 'train') return [];
    const found = rest as FoundLayer;
    return change(found.op === 'conv' ? { ...found, rounding: 'floor' } : found);
  });
  return { input: spec.input, layers, layout: 'channels-last' } satisfies FoundNetwork;
}

describe('networkOfLayers', () => {
  it.each(NETWORKS)('knows %s by what it computes', (_name, spec) => {
    const { spec: found, tensors } = networkOfLayers(foundOf(spec));
    const running = ({ layers }: NetworkSpec) =>
      layers
        .filter((layer) => layer.op !== 'dropout' || layer.scaling === 'test')
        .map(({ name: _, ...layer }) => ({ ...layer, rounding: null, init: null }));
    expect(running(found)).toEqual(running(spec));
    expect([...tensors.keys()].sort()).toEqual([...parameterShapes(spec).keys()].sort());
  });

  it.each(NETWORKS.slice(0, 7))('takes the size of %s where the file says none', (_name, spec) => {
    expect(networkOfLayers({ ...foundOf(spec), input: null }).spec).toEqual(spec);
  });

  it.each([
    ['a rounding', { rounding: 'ceil' }],
    ['padding', { padding: { top: 0, left: 0, bottom: 1, right: 1 } }],
  ] as const)('leaves out %s of pools where no window reaches it', (_what, change) => {
    const caffe = createSpec('caffe', { width: 1 / 16, classes: 10 });
    const found = foundOf(caffe, (layer) => [
      layer.op === 'pool' ? { ...layer, ...change } : layer,
    ]);
    expect(networkOfLayers(found).spec).toEqual(caffe);
    const smaller = networkOfLayers({ ...found, input: { height: 231, width: 231, channels: 3 } });
    expect(smaller.spec.layers.filter(({ op }) => op === 'pool')).toMatchObject([{}, change, {}]);
  });

  it('leaves out layers that change nothing', () => {
    const caffe = createSpec('caffe', { width: 1 / 16, classes: 10 });
    const found = foundOf(caffe, (layer) => {
      if (layer.op === 'flatten') return [layer, layer];
      if (layer.op !== 'conv') return [layer];
      const one = { op: 'pool', kind: 'max', size: 1, stride: 1 } as const;
      return [layer, one, { op: 'dropout', rate: 0, scaling: 'test' }];
    });
    expect(networkOfLayers(found).spec).toEqual(caffe);
  });

  it('is custom, with names as presets have them, where it computes something else', () => {
    const spec = createSpec('torchvision', { width: 1 / 16, classes: 10 });
    const found = foundOf(spec, (layer) =>
      layer.op === 'pool'
        ? [layer, { op: 'lrn', size: 5, k: 2, sumCoeff: 1e-4, beta: 0.75, groups: 1 }]
        : [layer],
    );
    const { preset, layers } = networkOfLayers(found).spec;
    expect(preset).toBe('custom');
    expect(layers.map(({ name }) => name).join(' ')).toBe(
      'conv1 relu1 pool1 norm1 conv2 relu2 pool2 norm2 conv3 relu3 conv4 relu4 conv5 relu5 pool5 norm5 flatten fc6 relu6 fc7 relu7 fc8',
    );
    expect(() => networkOfLayers({ ...found, input: null })).toThrow('say the input size');
  });

  it('puts the inputs of the first dense layer in order, and fills in what is left out', async () => {
    const spec = createSpec('torchvision', { width: 1 / 16, classes: 10 });
    const found = foundOf(spec, (layer) => {
      if (layer.op === 'flatten') return [{ op: 'flatten', order: 'chw' }];
      if (layer.op !== 'conv') return [layer];
      const { bias: _, ...tensors } = layer.tensors;
      return [{ ...layer, tensors }];
    });
    const { tensors } = networkOfLayers(found);
    expect(await tensors.get('conv2.bias')?.read()).toEqual(new Float32Array(12));
    const fc6 = await tensors.get('fc6.weight')?.read();
    const units = 256;
    // Row 1 of [h, w, c] is channel 1 of the first pixel, row 36 of [c, h, w].
    expect(fc6?.[units]).toBe(36 * units);
  });
});
