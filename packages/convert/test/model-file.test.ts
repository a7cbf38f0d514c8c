import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  findModel,
  type Model,
  openModel,
  readModel,
  writeModel,
  writeStoredModel,
} from '../src/index.js';
import { writeOnnx } from '../src/onnx/write-onnx.js';
import { fixture, golden } from './golden.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';

const spec = createSpec('paper', {
  width: 1 / 64,
  headWidth: 1 / 512,
  classes: 3,
  input: 63,
  conv1: { stride: 2 },
});
const tiny: Model = {
  spec,
  weights: randomWeights(spec),
  preprocessing: {
    resize: { shorterSide: 72 },
    crop: { height: 63, width: 63 },
    channelOrder: 'rgb',
    range: 255,
    mean: [124.5, 116.25, 104],
    std: null,
  },
  classNames: ['cat', 'dog', 'Ærø 🦆'],
  provenance: { source: 'random numbers', epochs: 0 },
};

type Tensors = ReturnType<typeof decodeSafetensors>['tensors'];

/** The tiny model's file with its JSON changed as text. */
function withMetadata(change: (json: string) => string): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(writeModel(tiny));
  const json = metadata.get('alexnet') ?? '';
  const changed = change(json);
  expect(changed).not.toBe(json);
  return encodeSafetensors(tensors, new Map([['alexnet', changed]]));
}

describe('writeModel', () => {
  it('writes the bytes that Python safetensors was seen to read (make_safetensors.py)', () => {
    const committed = golden('model.safetensors', writeModel(tiny));
    const read = readModel(committed);
    expect(Buffer.from(writeModel(read)).equals(committed)).toBe(true);
  });

  it('depends on nothing but the content', () => {
    const bytes = writeModel(tiny);
    const reordered = { ...tiny, weights: new Map([...tiny.weights].reverse()) };
    expect(Buffer.from(writeModel(reordered)).equals(bytes)).toBe(true);
  });

  it('takes half the bytes in f16, off by at most 2^-11', () => {
    const half = writeModel(tiny, { dtype: 'f16' });
    const numbers = [...tiny.weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    const saved = writeModel(tiny).length - half.length;
    expect(Math.abs(saved - 2 * numbers)).toBeLessThan(32); // shorter offsets in the header
    for (const [name, { data }] of readModel(half).weights) {
      const exact = tiny.weights.get(name)?.data ?? [];
      data.forEach((value, index) => {
        const want = exact[index] ?? Number.NaN;
        expect(Math.abs(value - want)).toBeLessThanOrEqual(Math.abs(want) * 2 ** -11 + 2 ** -25);
      });
    }
  });
});

describe('int8', () => {
  const bytes = writeModel(tiny, { dtype: 'int8' });

  it('is the bytes that Python safetensors was seen to read (make_safetensors.py)', () => {
    expect(Buffer.from(bytes).equals(golden('int8.safetensors', bytes))).toBe(true);
  });

  it('takes a quarter of the bytes, off by at most half a 127th of the largest of its output', () => {
    const { weights, provenance } = readModel(bytes);
    expect(provenance).toEqual({
      ...tiny.provenance,
      precision: 'int8, one scale for each output channel',
    });
    for (const [name, { shape, data }] of weights) {
      const exact = tiny.weights.get(name)?.data ?? new Float32Array();
      if (shape.length === 1) expect(data).toEqual(exact);
      const outputs = shape.at(-1) ?? 1;
      // Outputs are the last axis here, the first one in the file.
      for (let output = 0; output < outputs && shape.length > 1; output++) {
        const own = (_: number, index: number) => index % outputs === output;
        const largest = Math.max(...exact.filter(own).map(Math.abs));
        data.filter(own).forEach((value, index) => {
          const difference = Math.abs(value - (exact.filter(own)[index] as number));
          expect(difference).toBeLessThanOrEqual((largest / 254) * (1 + 1e-5));
        });
      }
    }
    const { tensors } = decodeSafetensors(bytes);
    const numbers = [...tensors.values()].filter(({ dtype }) => dtype === 'I8');
    expect(numbers).toHaveLength(8);
    const count = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);
    for (const { shape, data } of numbers) expect(data).toHaveLength(count(shape));
  });

  it('is streamed as the same bytes, and read by ranges as the same weights', async () => {
    const stored = await findModel(writeModel(tiny));
    const pieces: Uint8Array[] = [];
    await writeStoredModel(stored, (piece) => void pieces.push(piece), { dtype: 'int8' });
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const { model } = await openModel(bytes);
    expect(sameWeights(model.weights, readModel(bytes).weights)).toBe(true);
  });

  it.each([
    [
      'scales that are missing',
      'bad-dtype',
      (tensors: Tensors) => tensors.delete('fc8.weight.scale'),
    ],
    [
      'scales of another number of outputs',
      'bad-shape',
      (tensors: Tensors) =>
        tensors.set('fc8.weight.scale', tensors.get('fc7.weight.scale') as never),
    ],
  ])('is refused with %s', async (_, code, change) => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    change(tensors);
    const changed = encodeSafetensors(tensors, metadata);
    expect(() => readModel(changed)).toThrow(expect.objectContaining({ code }));
    await expect(openModel(changed)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('has no number for what is not finite', () => {
    const weights = new Map(tiny.weights);
    const { shape, data } = weights.get('fc8.weight') ?? { shape: [], data: new Float32Array() };
    weights.set('fc8.weight', { shape, data: data.map(() => Number.NaN) });
    const writing = () => writeModel({ ...tiny, weights }, { dtype: 'int8' });
    expect(writing).toThrow(expect.objectContaining({ code: 'out-of-range' }));
  });
});

describe('readModel', () => {
  it.each(NETWORKS)('returns what was written: %s', (_name, network) => {
    const weights = randomWeights(network);
    const file = {
      spec: network,
      weights,
      preprocessing: null,
      classNames: null,
      provenance: null,
    };
    const { weights: read, ...description } = readModel(writeModel(file));
    expect(description).toEqual({
      spec: network,
      preprocessing: null,
      classNames: null,
      provenance: null,
    });
    expect(sameWeights(read, weights)).toBe(true);
  });

  it('keeps preprocessing, class names and provenance', () => {
    const { preprocessing, classNames, provenance } = readModel(writeModel(tiny));
    expect({ preprocessing, classNames, provenance }).toEqual({
      preprocessing: tiny.preprocessing,
      classNames: tiny.classNames,
      provenance: tiny.provenance,
    });
  });

  it.each([
    ['another version', 'bad-metadata', '"version":1', '"version":2'],
    ['a field it does not know', 'bad-metadata', '"version":1', '"version":1,"extra":0'],
    ['a network that is none', 'bad-spec', '"op":"conv"', '"op":"convolution"'],
    ['a network too large for its weights', 'bad-shape', '"filters":6', '"filters":8'],
    ['a class name too many', 'bad-metadata', '"cat",', '"cat","cow",'],
    ['a class name that is no text', 'bad-metadata', '"cat",', '1,'],
    ['an unknown channel order', 'bad-metadata', '"rgb"', '"gbr"'],
    ['a range of 128', 'bad-metadata', '"range":255', '"range":128'],
    ['a mean of two channels', 'bad-metadata', '124.5,', ''],
    ['a mean that is no number', 'bad-metadata', '124.5', 'null'],
    ['a fractional crop', 'bad-metadata', '"crop":{"height":63', '"crop":{"height":63.5'],
    ['a missing std', 'bad-metadata', ',"std":null', ''],
    ['provenance that is a list', 'bad-metadata', '{"epochs":0,"source":"random numbers"}', '[]'],
    ['a key given twice', 'duplicate-name', '"version":1', '"version":1,"version":1'],
    ['__proto__', 'forbidden-name', '"epochs":0', '"__proto__":{"a":1}'],
    ['text that is no JSON', 'bad-json', '"version":1', 'version:1'],
  ])('refuses %s (%s)', (_name, code, from, to) => {
    const bytes = withMetadata((json) => json.replace(from, to));
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('says so when a file does not tell its network', () => {
    const { tensors } = decodeSafetensors(writeModel(tiny));
    expect(() => readModel(encodeSafetensors(tensors))).toThrow(
      'does not say which network it holds',
    );
  });
});

describe('writeOnnx', () => {
  it('writes the bytes that onnx.checker was seen to accept (check_onnx.py)', () => {
    const model = readModel(fixture('model.safetensors'));
    const bytes = writeOnnx(model);
    expect(Buffer.from(bytes).equals(golden('model.onnx', bytes))).toBe(true);
  });
});
