import { createSpec, parameterShapes } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { FormatError, fromCanonical, toCanonical, type Weight } from '../src/index.js';
import { parameterLayouts } from '../src/layout/parameter-layouts.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';

describe.each(NETWORKS)('%s', (_name, spec) => {
  it('lists the parameters the network has', () => {
    const layouts = parameterLayouts(spec).map(({ name, shape }) => [name, shape]);
    expect(layouts).toEqual([...parameterShapes(spec)]);
  });

  it('comes back bit for bit', () => {
    const weights = randomWeights(spec);
    expect(sameWeights(fromCanonical(spec, toCanonical(spec, weights)), weights)).toBe(true);
  });
});

describe('toCanonical', () => {
  const spec = createSpec('caffe', {
    width: 1 / 16,
    classes: 10,
    input: { height: 227, width: 259 },
  });
  const weights = randomWeights(spec);
  const canonical = toCanonical(spec, weights);
  const get = (map: Map<string, Weight>, name: string) =>
    map.get(name) ?? { shape: [], data: new Float32Array() };

  it('moves a convolution from [h, w, in / groups, out] to [out, in / groups, h, w]', () => {
    const before = get(weights, 'conv2.weight');
    const after = get(canonical, 'conv2.weight');
    const [h, w, i, o] = before.shape as [number, number, number, number];
    expect(before.shape).toEqual([5, 5, 3, 16]);
    expect(after.shape).toEqual([16, 3, 5, 5]);
    const [y, x, c, n] = [4, 1, 2, 9];
    expect(after.data[((n * i + c) * h + y) * w + x]).toBe(
      before.data[((y * w + x) * i + c) * o + n],
    );
  });

  it('reorders the inputs of fc6 by the map that was flattened, here 6 × 7 pixels', () => {
    const before = get(weights, 'fc6.weight');
    const after = get(canonical, 'fc6.weight');
    const [height, width, channels, units] = [6, 7, 16, 256];
    expect(before.shape).toEqual([height * width * channels, units]);
    expect(after.shape).toEqual([units, height * width * channels]);
    for (const [y, x, c, n] of [
      [0, 1, 0, 0],
      [5, 6, 15, 255],
      [2, 4, 7, 100],
    ] as const) {
      const chw = (c * height + y) * width + x;
      const hwc = (y * width + x) * channels + c;
      expect(after.data[n * height * width * channels + chw]).toBe(before.data[hwc * units + n]);
    }
  });

  it('only transposes fc7 and passes biases through', () => {
    expect(get(canonical, 'fc7.weight').data[3 * 256 + 5]).toBe(
      get(weights, 'fc7.weight').data[5 * 256 + 3],
    );
    expect(get(canonical, 'fc7.bias')).toEqual(get(weights, 'fc7.bias'));
  });

  it('gives a convolutional head the same numbers as the dense one', () => {
    const dense = createSpec('caffe', { width: 1 / 16, classes: 10 });
    const conv = createSpec('caffe', { width: 1 / 16, classes: 10, head: 'conv' });
    const fromDense = toCanonical(dense, randomWeights(dense));
    const asConv = new Map(
      parameterLayouts(conv).map(({ name, canonicalShape }) => [
        name,
        { shape: canonicalShape, data: get(fromDense, name).data },
      ]),
    );
    expect(sameWeights(toCanonical(conv, fromCanonical(conv, asConv)), asConv)).toBe(true);
    const kernel = get(fromCanonical(conv, asConv), 'fc6.weight');
    expect(kernel.shape).toEqual([6, 6, 16, 256]);
    expect(kernel.data).toEqual(get(randomWeights(dense), 'fc6.weight').data);
  });

  it.each([
    ['missing-tensor', (map: Map<string, Weight>) => map.delete('conv3.bias')],
    [
      'unexpected-tensor',
      (map: Map<string, Weight>) => map.set('conv9.bias', get(map, 'conv1.bias')),
    ],
    ['bad-shape', (map: Map<string, Weight>) => map.set('fc7.bias', get(map, 'fc8.bias'))],
    [
      'bad-shape',
      (map: Map<string, Weight>) => map.set('fc8.bias', { shape: [10], data: new Float32Array(9) }),
    ],
  ] as const)('refuses weights of another network (%s)', (code, change) => {
    const wrong = new Map(weights);
    change(wrong);
    expect(() => toCanonical(spec, wrong)).toThrow(
      expect.objectContaining({ name: 'FormatError', code }),
    );
    expect(() => toCanonical(spec, wrong)).toThrow(FormatError);
  });
});
