import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CaffeLayer, CaffeParameter } from '../src/caffe/caffe-net.js';
import { followNet } from '../src/caffe/follow-net.js';
import { LAYER_TYPES } from '../src/caffe/read-layer.js';
import {
  type FieldSchema,
  PARAMETERS,
  type ParameterName,
  type ParameterSchema,
} from '../src/caffe/schema.js';
import type { StoredTensor } from '../src/tensors/tensor-file.js';

/** Blobs that fit each type behind a convolution of 4 filters. */
const BLOBS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  Convolution: [[4, 4, 3, 3], [4]],
  InnerProduct: [[3, 4], [3]],
  BatchNorm: [[4], [4], [1]],
  PReLU: [[4]],
  Scale: [[4], [4]],
};

const PARAMETER: Readonly<Record<string, ParameterName>> = {
  Convolution: 'convolution_param',
  InnerProduct: 'inner_product_param',
  ReLU: 'relu_param',
  PReLU: 'prelu_param',
  Sigmoid: 'sigmoid_param',
  TanH: 'tanh_param',
  Pooling: 'pooling_param',
  LRN: 'lrn_param',
  Power: 'power_param',
  BatchNorm: 'batch_norm_param',
  Scale: 'scale_param',
  Dropout: 'dropout_param',
  Flatten: 'flatten_param',
  Reshape: 'reshape_param',
  Concat: 'concat_param',
  Slice: 'slice_param',
};

/** What a layer needs to be read at all. */
const NEEDED: Readonly<Record<string, CaffeParameter>> = {
  Pooling: { kernel_size: 3 },
  Reshape: { shape: [0, -1] },
};

/** Options that say again what the blobs say, or only how training goes. */
const SAID_TWICE = ['bias_term', 'use_global_stats', 'channel_shared', 'slice_point'];

const blob = (shape: readonly number[]): StoredTensor => ({
  dtype: 'f32',
  shape,
  read: async () => new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(0.5),
});

const layer = (type: string, bottom: string[], top: string[], more: Partial<CaffeLayer> = {}) => ({
  name: top[0] ?? '',
  type,
  bottom,
  top,
  parameters: {},
  blobs: (BLOBS[type] ?? []).map(blob),
  ...more,
});

/** What a net with this layer computes, as text, or the refusal. */
async function reading(type: string, options: CaffeParameter): Promise<string> {
  const name = PARAMETER[type];
  const parameters = name ? { [name]: { ...NEEDED[type], ...options } } : {};
  const layers = [layer('Convolution', ['data'], ['conv'])];
  if (type === 'Slice' || type === 'Concat') {
    const own = (other: string) => (other === type ? { parameters } : {});
    layers.push(
      layer('Slice', ['conv'], ['a', 'b'], own('Slice')),
      layer('LRN', ['a'], ['c']),
      layer('LRN', ['b'], ['d']),
      layer('Concat', ['c', 'd'], ['x'], own('Concat')),
    );
  } else if (type === 'Scale') {
    layers.push(layer('BatchNorm', ['conv'], ['n']), layer(type, ['n'], ['x'], { parameters }));
  } else layers.push(layer(type, ['conv'], ['x'], { parameters }));
  try {
    const { layers: found } = await followNet({ name: '', layers });
    return JSON.stringify(found);
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

/** A value no layer has by default and, for the sides of a window, none that fits its blob. */
function unusual({ type }: FieldSchema): CaffeParameter[string] {
  if (type === 'integer') return 7;
  if (type === 'float') return 0.37;
  if (type === 'boolean') return true;
  if (type === 'text') return 'else';
  if (type === 'shape') return [2, 3];
  if (type === 'integers' || type === 'floats') return [7];
  return type.at(-1) ?? '';
}

const types = [...LAYER_TYPES, 'Scale', 'Concat', 'Slice'];
const cases = types.flatMap((type) => {
  const name = PARAMETER[type];
  return name
    ? Object.entries(PARAMETERS[name].fields).map(([key, field]) => [type, key, field] as const)
    : [];
});

/** Fields of each parameter message by caffe.proto itself (make_caffe_kinds.py). */
const proto: Record<string, Record<string, number>> = JSON.parse(
  readFileSync(new URL('./fixtures/caffe/options.json', import.meta.url), 'utf8'),
);

describe('options of Caffe layers', () => {
  it.each(types)('%s: knows every option caffe.proto has', (type) => {
    const name = PARAMETER[type] ?? 'convolution_param';
    const { fields, idle }: ParameterSchema = PARAMETERS[name];
    const numbers = Object.entries(fields).map(([key, { number }]) => [key, number]);
    expect({ ...Object.fromEntries(numbers), ...idle }).toMatchObject(proto[name] ?? { none: 0 });
  });

  it('has the options of every type that is read', () => {
    expect(types.filter((type) => !PARAMETER[type])).toEqual([]);
  });

  it.each(types)('%s: as caffe.proto has it by default', async (type) => {
    expect(await reading(type, {})).not.toContain('refused');
  });

  it.each(cases.filter(([, key]) => !SAID_TWICE.includes(key)))(
    '%s: another %s is carried or refused by name',
    async (type, key, field) => {
      const usual = await reading(type, {});
      const other = await reading(type, { [key]: unusual(field) });
      expect(other).not.toBe(usual);
      const words = [
        type,
        key.replace(/_[hw]$/, ''),
        'filters',
        'units',
        'whole map',
        'computes',
        'flattens',
        'reshapes',
        'cuts',
      ];
      if (other.startsWith('refused'))
        expect(words.some((word) => other.includes(word))).toBe(true);
    },
  );

  it.each(types)('%s: an option of a fork is refused by its number', async (type) => {
    expect(await reading(type, { 'option 77': true })).toContain('option 77, which is not read');
  });

  it.each(['Eltwise', 'Deconvolution', 'Embed', 'MVN', 'Crop', 'LSTM'])(
    '%s is refused by name',
    async (type) => {
      const layers = [
        layer('Convolution', ['data'], ['conv']),
        layer(type, ['conv'], ['x']),
        layer('InnerProduct', ['x'], ['fc']),
      ];
      const { layers: found } = await followNet({ name: '', layers });
      expect(found).toContainEqual({
        op: 'unknown',
        detail: `caffe: a layer of type ${type} ("x")`,
      });
    },
  );

  it.each([
    [
      'two outputs',
      [layer('InnerProduct', ['conv'], ['a']), layer('InnerProduct', ['conv'], ['b'])],
      'the outputs "a", "b"',
    ],
    [
      'parts that no Concat joins',
      [layer('Slice', ['conv'], ['a', 'b']), layer('InnerProduct', ['a'], ['c'])],
      'no Concat joins',
    ],
    [
      'branches of other layers',
      [
        layer('LRN', ['conv'], ['a']),
        layer('Pooling', ['conv'], ['b'], { parameters: { pooling_param: { kernel_size: 3 } } }),
        layer('Concat', ['a', 'b'], ['c']),
      ],
      'no towers of equal layers',
    ],
    [
      'the same maps twice',
      [
        layer('ReLU', ['conv'], ['a']),
        layer('ReLU', ['conv'], ['b']),
        layer('Concat', ['a', 'b'], ['c']),
      ],
      'no towers of equal layers',
    ],
    [
      'towers in another order',
      [
        layer('Slice', ['conv'], ['a', 'b']),
        layer('LRN', ['a'], ['c']),
        layer('LRN', ['b'], ['d']),
        layer('Concat', ['d', 'c'], ['e']),
      ],
      'no towers of equal layers',
    ],
  ] as const)('refuses %s', async (_name, rest, message) => {
    const layers = [layer('Convolution', ['data'], ['conv']), ...rest];
    await expect(followNet({ name: '', layers })).rejects.toThrow(message);
  });
});
