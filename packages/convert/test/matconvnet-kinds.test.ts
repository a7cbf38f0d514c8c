import { readFileSync } from 'node:fs';
import type { MatValue } from '@alexnet/files/mat';
import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { findLayers, type MatLayer } from '../src/matconvnet/find-layers.js';
import { readLayer } from '../src/matconvnet/read-layer.js';
import { expectSameLogits, type GoldenLogits } from './foreign.js';

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`./fixtures/matconvnet/${name}`, import.meta.url)));
const golden: Record<string, GoldenLogits> = JSON.parse(
  new TextDecoder().decode(bytesOf('matconvnet.json')),
);

describe('networks MatConvNet saves (make_matconvnet_kinds.py)', () => {
  it.each([
    ['snapshot', 'snapshot.mat'],
    ['dag', 'dag.mat'],
    ['snapshot-73', 'snapshot-73.mat.gz'],
    ['dag-73', 'dag-73.mat.gz'],
    ['batch-norm', 'batch-norm.mat'],
    ['batch-norm-dag', 'batch-norm-dag.mat'],
    ['pools', 'pools.mat'],
  ])('%s: the logits MatConvNet defines', async (name, file) => {
    const { model, format } = await openModel(bytesOf(file));
    expect(format).toBe('matconvnet');
    expect(model.classNames).toEqual(['tench', 'goldfish', 'shark', 'ray', 'cock']);
    expect(model.preprocessing).toMatchObject({
      resize: { shorterSide: 40, interpolation: 'bicubic' },
      crop: { height: 35 },
      mean: [123, 117, 104],
    });
    await expectSameLogits({ ...model, preprocessing: null }, golden[name]);
  });
});

const numbers = (...values: number[]): MatValue => ({
  kind: 'numeric',
  shape: [1, values.length],
  type: 9,
  data: new Uint8Array(Float64Array.from(values).buffer),
});
const singles = (...shape: number[]): MatValue => {
  const size = shape.reduce((product, side) => product * side, 1);
  return {
    kind: 'numeric',
    shape,
    type: 7,
    data: new Uint8Array(new Float32Array(size).fill(0.5).buffer),
  };
};
const char = (text: string): MatValue => ({ kind: 'char', text });
const cell = (...items: MatValue[]): MatValue => ({ kind: 'cell', items });
const struct = (fields: Record<string, MatValue>): MatValue => ({
  kind: 'struct',
  rows: [new Map(Object.entries(fields))],
});

const WEIGHTS: Record<string, MatValue[]> = {
  conv: [singles(3, 3, 4, 4), singles(1, 4)],
  bnorm: [singles(4, 1), singles(4, 1), singles(4, 2)],
};
const NEEDED: Record<string, Record<string, MatValue>> = { pool: { pool: numbers(3) } };

function reading(type: string, options: Record<string, MatValue>): string {
  const weights = WEIGHTS[type] ? { weights: cell(...WEIGHTS[type]) } : {};
  const fields = { type: char(type), name: char('x'), ...NEEDED[type], ...weights, ...options };
  try {
    const { layers } = findLayers(new Map([['layers', cell(struct(fields))]]));
    const [layer] = layers as [MatLayer];
    return `${JSON.stringify(readLayer(layer, 4))} ${layer.unknown}`;
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

describe('options of MatConvNet layers, all that vl_simplenn passes on', () => {
  it.each([
    ['conv', 'pad', numbers(1, 2, 3, 0)],
    ['conv', 'stride', numbers(2)],
    ['conv', 'stride', numbers(2, 1)],
    ['conv', 'dilate', numbers(2)],
    ['conv', 'opts', cell(char('Dilate'), numbers(2))],
    ['pool', 'method', char('avg')],
    ['pool', 'method', char('sum')],
    ['pool', 'pool', numbers(2)],
    ['pool', 'pool', numbers(2, 3)],
    ['pool', 'pad', numbers(1)],
    ['pool', 'stride', numbers(2)],
    ['pool', 'opts', cell(char('Method'), char('avg'))],
    ['relu', 'leak', numbers(0.1)],
    ['lrn', 'param', numbers(3, 2, 0.5, 0.5)],
    ['lrn', 'param', numbers(4, 2, 0.5, 0.5)],
    ['normalize', 'param', numbers(3, 2, 0.5, 0.5)],
    ['bnorm', 'epsilon', numbers(0.1)],
    ['dropout', 'rate', numbers(0.1)],
    ['relu', 'custom', numbers(1)],
  ])('%s: another %s is carried or refused by name', (type, key, value) => {
    const other = reading(type, { [key]: value });
    expect(other).not.toBe(reading(type, {}));
    if (other.startsWith('refused')) {
      expect(other).toMatch(/(has|is) (param|opts|method|pool|stride|dilated|pad)/);
    }
  });

  it('lets engines pass', () => {
    const opts = cell(char('NoCuDNN'), char('CudnnWorkspaceLimit'), numbers(1e8));
    expect(reading('conv', { opts })).toBe(reading('conv', {}));
  });

  it('refuses a softmax between layers, and leaves one at the end', () => {
    const simple = (...types: string[]) =>
      findLayers(
        new Map([['layers', cell(...types.map((type) => struct({ type: char(type) })))]]),
      ).layers.map(({ type }) => type);
    expect(simple('relu', 'softmax', 'relu', 'softmax', 'loss')).toEqual([
      'relu',
      'softmax',
      'relu',
    ]);
    expect(reading('softmax', {})).toContain('refused');
  });

  it.each(['convt', 'noffset', 'spnorm', 'pdist', 'custom'])('%s is refused by name', (type) => {
    expect(reading(type, {})).toContain(`a layer of type ${type}`);
  });

  it('refuses an option of a DagNN block by its name', () => {
    const row = (block: Record<string, MatValue>) =>
      struct({
        name: char('pool1'),
        type: char('dagnn.Pooling'),
        inputs: cell(char('a')),
        outputs: cell(char('b')),
        params: cell(),
        block: struct({ poolSize: numbers(3, 3), dilate: numbers(1, 1), ...block }),
      });
    const net = (block: Record<string, MatValue>) => () =>
      findLayers(new Map([['layers', row(block)]]));
    expect(net({})).not.toThrow();
    expect(net({ gain: numbers(2) })).toThrow('dagnn.Pooling has gain');
  });
});
