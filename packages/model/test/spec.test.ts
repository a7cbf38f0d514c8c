import type { Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  buildNetwork,
  costSplit,
  createSpec,
  inferShapes,
  type LayerSpec,
  layerOutput,
  layerTable,
  PRESET_NAMES,
  type PresetName,
  type SpecModifiers,
  smallestInput,
  validateSpec,
  withInput,
} from '../src/index.js';
import { tf } from './tf.js';

/** A network with other values in a layer, or in a part of it. */
function changed(
  spec: Record<string, unknown>,
  [first, ...inside]: readonly string[],
  change: object,
): Record<string, unknown> {
  if (first === 'network' || first === undefined) return { ...spec, ...change };
  const within = (value: Record<string, unknown>, [key, ...rest]: readonly string[]): object =>
    key === undefined
      ? { ...value, ...change }
      : { ...value, [key]: within(value[key] as Record<string, unknown>, rest) };
  const layers = (spec.layers as Record<string, unknown>[]).map((layer) =>
    layer.name === first ? within(layer, inside) : layer,
  );
  return { ...spec, layers };
}

describe('presets', () => {
  it.each([
    ['alexnet', 62_378_344, 1_135_256_096],
    ['paper', 60_965_224, 724_406_816],
    ['original2012', 60_965_224, 724_406_816],
    ['caffe', 60_965_224, 724_406_816],
    ['caffenet', 60_965_224, 724_406_816],
    ['torchvision', 61_100_840, 714_188_480],
    ['lenet5', 61_706, 416_520],
  ] as const)('%s has %i parameters and %i MACs', (preset, parameters, macs) => {
    const { total } = costSplit(createSpec(preset));
    expect(total.parameters).toBe(parameters);
    expect(total.macs).toBe(macs);
  });

  it('go 55, 27, 13, 6 whatever their alignment', () => {
    for (const preset of PRESET_NAMES.filter((name) => name !== 'lenet5')) {
      const sides = inferShapes(createSpec(preset))
        .filter(({ op, output }) => (op === 'conv' || op === 'pool') && output.length === 3)
        .map(({ output }) => output[0]);
      expect(sides).toEqual([55, 27, 27, 13, 13, 13, 13, 6]);
    }
  });

  it('take windows that are no squares, and paddings that are not the same on every side', () => {
    const conv = {
      op: 'conv',
      name: 'conv1',
      filters: 8,
      kernel: [3, 5],
      stride: 2,
      padding: { top: 1, bottom: 0, left: 2, right: 4 },
      groups: 1,
      rounding: 'floor',
      init: { weight: { kind: 'he' }, bias: 0 },
    } as const;
    // Down (10 + 1 - 3) / 2 + 1 = 5; across (13 + 6 - 5) / 2 + 1 = 8.
    expect(layerOutput(conv, [10, 13, 2])).toEqual([5, 8, 8]);
    const input = { height: 10, width: 13, channels: 2 };
    const flat = { op: 'flatten', name: 'flatten' } as const;
    const dense = { op: 'dense', name: 'fc8', units: 3, init: conv.init } as const;
    const spec = { ...createSpec(), input, classes: 3, layers: [conv, flat, dense] };
    const network = buildNetwork(tf, spec);
    const x = tf.zeros([1, 10, 13, 2]) as Tensor4D;
    const [output] = network.activations(x, ['conv1']).values();
    expect([output?.shape, network.parameters[0]?.shape]).toEqual([
      [1, 5, 8, 8],
      [3, 5, 2, 8],
    ]);
    tf.dispose([x, output as Tensor4D]);
    network.dispose();
  });

  it('split 6.0 % / 94.0 % of parameters and 94.8 % / 5.2 % of MACs for alexnet', () => {
    const { conv, dense } = costSplit(createSpec());
    const shares = [conv.parameterShare, dense.parameterShare, conv.macShare, dense.macShare];
    expect(shares.map((share) => (100 * share).toFixed(1))).toEqual(['6.0', '94.0', '94.8', '5.2']);
  });

  it('run conv1 of 2012 straight into its norm, and its ReLU after the pool', () => {
    const names = createSpec('original2012').layers.map(({ name }) => name);
    expect(names.slice(0, 9).join(' ')).toBe(
      'conv1 norm1 pool1 relu1 conv2 relu2 norm2 cnorm2 pool2',
    );
    expect(names.slice(-10).join(' ')).toBe(
      'pool5 relu5 flatten fc6 relu6 drop6 fc7 relu7 drop7 fc8',
    );
  });

  it('see 195 pixels every 32 from pool5', () => {
    const pool5 = layerTable(createSpec()).find(({ name }) => name === 'pool5');
    expect(pool5).toMatchObject({ receptiveField: [195, 195], receptiveStride: [32, 32] });
  });

  it('name the smallest images every window fits, windows that hang over too', () => {
    const pool = {
      op: 'pool',
      name: 'pool1',
      kind: 'max',
      size: 3,
      stride: 2,
      rounding: 'ceil',
    } as const;
    const paddings = [0, 1, 2].flatMap((before) => [0, 1, 2].map((after) => ({ before, after })));
    for (const { before, after } of paddings) {
      const padding = { top: before, left: before, bottom: after, right: after };
      for (const outputs of [1, 2, 3]) {
        const layers = [
          { ...pool, padding },
          { ...pool, name: 'pool2', size: outputs, stride: 1 },
        ];
        const [side] = smallestInput({ layers });
        const fits = (input: number) =>
          (layerOutput(layers[0] as LayerSpec, [input, input, 1])[0] ?? 0) >= outputs;
        const sides = Array.from({ length: 12 }, (_, i) => i + Math.max(1, 3 - before - after));
        expect(side).toBe(sides.find(fits));
      }
    }
  });

  it('survive JSON and validation unchanged', () => {
    for (const preset of PRESET_NAMES) {
      const spec = createSpec(preset);
      expect(validateSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    }
  });
});

describe('modifiers', () => {
  it('combine freely', () => {
    let count = 0;
    for (const preset of PRESET_NAMES) {
      for (const norm of ['lrn', 'batch', 'none'] as const) {
        for (const head of ['dense', 'conv', 'gap'] as const) {
          for (const groups of preset === 'lenet5' ? ([1] as const) : ([1, 2] as const)) {
            const spec = createSpec(preset, {
              norm,
              head,
              groups,
              classes: 7,
              width: 0.3,
              dropout: 0.2,
              activation: 'sigmoid',
              pool: 'avg',
              init: 'he',
            });
            const shapes = inferShapes(spec);
            expect(shapes[shapes.length - 1]?.output).toEqual([7]);
            expect(spec.layers.some(({ op }) => op === 'lrn')).toBe(norm === 'lrn');
            count++;
          }
        }
      }
    }
    expect(count).toBe(117);
  });

  it('normalize two towers apart only where the original did', () => {
    const groups = (preset: PresetName, modifiers?: SpecModifiers) =>
      createSpec(preset, modifiers).layers.flatMap((l) => (l.op === 'lrn' ? [l.groups] : []));
    expect(groups('original2012')).toEqual([2, 2]);
    expect(groups('original2012', { groups: 1 })).toEqual([1, 1]);
    expect(groups('paper')).toEqual([1, 1]);
  });

  it('fit small images with a finer first stride', () => {
    const spec = createSpec('alexnet', { input: 63, conv1: { stride: 2 }, width: 0.5 });
    const sides = inferShapes(spec).flatMap(({ op, output }) => (op === 'pool' ? [output[0]] : []));
    expect(sides).toEqual([13, 6, 2]);
  });

  it('rewrite the dense head as convolutions that give a map on larger images', () => {
    const spec = createSpec('alexnet', { head: 'conv' });
    const fc8 = (input: number) =>
      inferShapes(withInput(spec, { height: input, width: input + 32 })).find(
        ({ name }) => name === 'fc8',
      )?.output;
    expect(fc8(227)).toEqual([1, 2, 1000]);
    expect(fc8(291)).toEqual([3, 4, 1000]);
    expect(costSplit(spec)).toEqual({
      ...costSplit(createSpec()),
      other: expect.anything(),
      total: expect.anything(),
    });
  });
});

describe('refusals', () => {
  it.each<[string, PresetName, SpecModifiers, string]>([
    [
      '224 without padding',
      'alexnet',
      { input: 224 },
      'conv1: (224 - 11) / 4 + 1 = 54.25 is not a whole number of outputs. ' +
        'Use 227 or 223 pixels, or keep 224 with padding 0 before and 3 after.',
    ],
    [
      'a padded input that does not come out',
      'alexnet',
      { input: 226, conv1: { padding: 2 } },
      'conv1: (226 + 2 + 2 - 11) / 4 + 1 = 55.75 is not a whole number of outputs. ' +
        'Use 227 or 223 pixels, or keep 226 with padding 2 before and 3 after.',
    ],
    [
      'an image smaller than the first window',
      'alexnet',
      { input: 8 },
      'conv1: a window of 11 does not fit 8 pixels, (8 - 11) / 4 + 1 = 0.25. ' +
        'The smallest input this network takes is 67×67.',
    ],
    [
      'an image that runs out at the last pool',
      'alexnet',
      { input: 63 },
      'pool5: a window of 3 does not fit 2 pixels, (2 - 3) / 2 + 1 = 0.5. (from an input of 63×63) ' +
        'The smallest input this network takes is 67×67.',
    ],
    [
      'towers where there are none',
      'lenet5',
      { groups: 2 },
      'lenet5 has no towers; leave groups out or 1.',
    ],
    ['all units dropped', 'paper', { dropout: 1 }, 'drop6.rate: 1 would drop everything.'],
    [
      'all units dropped by rounding',
      'paper',
      { dropout: 0.999995 },
      'drop6.rate: 0.999995 would drop everything.',
    ],
    [
      'a key of conv1 nobody knows',
      'paper',
      { conv1: { kernel: 7 } } as SpecModifiers,
      'conv1: there is no "kernel"; there are stride, kernelSize, padding, rounding, sd.',
    ],
    [
      'a side nobody knows',
      'paper',
      { input: { heigth: 67, width: 67 } } as unknown as SpecModifiers,
      'input: there is no "heigth"; there are height, width.',
    ],
    [
      'a side of a padding nobody knows',
      'paper',
      { conv1: { padding: { top: 0, left: 0, bottom: 0, right: 0, up: 1 } } } as SpecModifiers,
      'conv1.padding: there is no "up"; there are top, left, bottom, right.',
    ],
    [
      'a modifier nobody knows',
      'paper',
      { widht: 2 } as SpecModifiers,
      'No modifier is called "widht"; there are classes, input, channels, width, headWidth, activation, pool, norm, groups, head, dropout, init, conv1.',
    ],
    ['no width', 'paper', { width: 0 }, 'width is a factor above 0 and up to 16, not 0.'],
    [
      'a hidden width without hidden layers',
      'paper',
      { head: 'gap', headWidth: 0.5 },
      'headWidth scales fc6 and fc7, which a gap head does not have; leave one out.',
    ],
  ])('%s', (_, preset, modifiers, message) => {
    expect(() => createSpec(preset, modifiers)).toThrow(
      expect.objectContaining({ name: 'ModelError', message }),
    );
  });

  it.each<[string, (spec: Record<string, unknown>) => unknown, RegExp]>([
    ['no object', () => 'alexnet', /^network: expected an object\.$/],
    [
      'an unknown layer',
      (s) => ({ ...s, layers: [{ op: 'lstm', name: 'a' }] }),
      /^a\.op: no layer is called "lstm"/,
    ],
    [
      'a name that is a path',
      (s) => ({ ...s, layers: [{ op: 'flatten', name: '../a' }] }),
      /^layers\[0\]\.name:/,
    ],
    [
      'a wrong end',
      (s) => ({ ...s, classes: 10 }),
      /^The last layer gives 1000 numbers for 10 classes/,
    ],
    [
      'not a number',
      (s) => ({ ...s, input: { height: null, width: 1, channels: 3 } }),
      /^input\.height: expected a whole/,
    ],
    ...[1.5, '2', 0, 65_537].map(
      (height): [string, (spec: Record<string, unknown>) => unknown, RegExp] => [
        `${height} px`,
        (s) => ({ ...s, input: { height, width: 1, channels: 3 } }),
        new RegExp(`^input\\.height: expected a whole number from 1 to 65536, not ${height}\\.$`),
      ],
    ),
    ...[
      ['network', { version: 2 }],
      ['conv1', { dilation: 2 }],
      ['relu1', { negativeSlope: 0.2 }],
      ['pool1', { ceil_mode: true }],
      ['norm1', { alpha: 1 }],
      ['drop6', { p: 0.5 }],
      ['conv1.init', { gain: 1 }],
      ['conv1.init.weight', { kind: 'he', sd: 1 }],
    ].map(([place, change]): [string, (spec: Record<string, unknown>) => unknown, RegExp] => [
      `a key of ${place} nobody knows`,
      (s) => changed(s, (place as string).split('.'), change as object),
      new RegExp(`^${place}: there is no "${Object.keys(change as object).at(-1)}"; there are `),
    ]),
    [
      'too much',
      (s) => ({ ...s, layers: Array(1000).fill({}) }),
      /^layers: expected a list of 1 to 256/,
    ],
  ])('from a file: %s', (_, change, message) => {
    expect(() => validateSpec(change({ ...createSpec() }))).toThrow(message);
  });
});
