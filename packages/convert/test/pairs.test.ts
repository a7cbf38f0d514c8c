import { createSpec, type Preprocessing } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import {
  type Model,
  type OpenModelOptions,
  openModel,
  saveModel,
  TARGET_NAMES,
  type TargetName,
} from '../src/index.js';
import { randomWeights, sameWeights } from './networks.js';
import { withParts } from './with-parts.js';

const spec = createSpec('paper', { width: 1 / 16, headWidth: 1 / 128, classes: 10, norm: 'batch' });
const weights = randomWeights(spec);

/** Through a format and back, as a user would; most formats hold no provenance. */
async function through(model: Model, format: TargetName): Promise<Model> {
  const { files } = await saveModel(model, format);
  const [name, bytes] = [...files].at(-1) ?? [];
  if (name === undefined || !bytes) throw new Error(`${format} wrote no file`);
  const numbers = format === 'keras' || format === 'numpy';
  const said = numbers ? { dataFormat: 'channels_last' as const } : {};
  const back = await openModel(withParts(name, bytes, files), { spec, ...said });
  expect(back.format).toBe(format);
  return { ...back.model, provenance: null };
}

const pairs = TARGET_NAMES.flatMap((a) =>
  TARGET_NAMES.filter((b) => b !== a).map((b) => [a, b] as const),
);

describe('A to B to A', () => {
  it.each(pairs)('%s → %s gives every bit back', async (a, b) => {
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    let current: Model = file;
    for (const format of [a, b, a]) current = await through(current, format);
    expect(current.spec).toEqual(spec);
    expect(sameWeights(current.weights, weights)).toBe(true);
    expect(current.weights).not.toBe(weights);
  });
});

describe.each(['safetensors', 'onnx', 'tfjs'] as const)('a file of our own as %s', (format) => {
  const preprocessing: Preprocessing = {
    resize: { shorterSide: 256 },
    crop: { height: 227, width: 227 },
    channelOrder: 'rgb',
    range: 255,
    mean: [124, 117, 104],
    std: null,
  };
  const classNames = Array.from({ length: 10 }, (_, index) => `class ${index}`);
  const bare = { spec, weights, preprocessing: null, classNames: null, provenance: null };
  const opened = async (model: Model, options: OpenModelOptions) => {
    const { files } = await saveModel(model, format);
    const [name = '', bytes = new Uint8Array()] = [...files].at(-1) ?? [];
    return (await openModel(withParts(name, bytes, files), options)).model;
  };

  it('is completed by what it leaves open', async () => {
    const model = await opened(bare, { preprocessing, classNames, preset: 'paper' });
    expect([model.preprocessing, model.classNames]).toEqual([preprocessing, classNames]);
  });

  it.each([
    ['preset', { preset: 'caffe' }, 'leave preset and spec out'],
    ['norm', { modifiers: { norm: 'lrn' } }, 'has norm batch, not lrn'],
    ['input', { modifiers: { input: 224 } }, 'its images are 227×227×3, not 224×224×3'],
    ['order of colors', { channelOrder: 'bgr' }, 'that conv1 takes rgb'],
    ['preprocessing', { preprocessing: { ...preprocessing, mean: null } }, 'the preprocessing'],
    ['class names', { classNames: ['cat'] }, 'the class names'],
    ['epsilon', { epsilon: 0.5 }, 'an epsilon of 0.00001'],
  ] satisfies [string, OpenModelOptions, string][])(
    'is not told another %s',
    async (_name, options, message) => {
      const whole = { ...bare, preprocessing, classNames };
      await expect(opened(whole, options)).rejects.toThrow(message);
    },
  );
});
