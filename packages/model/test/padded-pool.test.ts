import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildNetwork, inferShapes, type NetworkSpec, type PoolSpec } from '../src/index.js';
import { validateSpec } from '../src/spec/validate-spec.js';
import { tf } from './tf.js';

interface Numbers {
  readonly shape: number[];
  readonly values: number[];
}
interface Case extends Numbers {
  readonly layer: Omit<PoolSpec, 'op' | 'name'>;
}

const { image, cases } = JSON.parse(
  readFileSync(`${import.meta.dirname}/fixtures/pools.json`, 'utf8'),
) as { image: Numbers; cases: Case[] };

function specOf(layer: Case['layer']): NetworkSpec {
  const [, height = 0, width = 0, channels = 0] = image.shape;
  const pool = { op: 'pool', name: 'pool', ...layer } as const;
  const layers = [pool, { op: 'globalpool', name: 'gap' }] as const;
  return { preset: 'custom', input: { height, width, channels }, classes: channels, layers };
}

describe('padded pools', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(cases)('compute what PyTorch does: $layer', ({ layer, shape, values }) => {
    const spec = validateSpec(specOf(layer));
    expect(spec.layers[0]).toMatchObject(layer);
    expect(inferShapes(spec)[0]?.output).toEqual(shape.slice(1));
    const network = buildNetwork(tf, spec);
    const maps = network.activations(tf.tensor4d(image.values, image.shape as never), ['pool']);
    const found = maps.get('pool');
    expect(found?.shape).toEqual(shape);
    const data = found?.dataSync() ?? [];
    for (const [index, value] of values.entries()) expect(data[index]).toBeCloseTo(value, 4);
    network.dispose();
  });

  it('come back from their configuration', async () => {
    const { layer } = cases.at(-1) as Case;
    const network = buildNetwork(tf, specOf(layer));
    const copy = await tf.models.modelFromJSON(JSON.parse(network.model.toJSON() as string));
    expect(copy.layers[1]?.getConfig()).toEqual(network.model.layers[1]?.getConfig());
  });

  it.each([
    [{ padding: { top: 3, left: 0, bottom: 0, right: 0 } }, 'smaller than the window'],
    [{ rounding: 'floor' }, 'expected one of ceil'],
    [{ countPadding: false }, 'expected true'],
  ])('are refused: %o', (change, message) => {
    const layer = { kind: 'max', size: 3, stride: 2, ...change } as Case['layer'];
    expect(() => validateSpec(specOf(layer))).toThrow(message);
  });
});

describe('a relu with a slope', () => {
  it('is LeakyReLU', () => {
    const spec = specOf({ kind: 'max', size: 1, stride: 1 });
    const leaky = { op: 'activation', name: 'leaky', function: 'relu', slope: 0.25 } as const;
    const network = buildNetwork(tf, { ...spec, layers: [leaky, ...spec.layers] });
    const input = tf.tensor4d(image.values, image.shape as never);
    const data = network.activations(input, ['leaky']).get('leaky')?.dataSync();
    expect(data).toEqual(Float32Array.from(image.values, (x) => (x < 0 ? x / 4 : x)));
    expect(() =>
      validateSpec({ ...spec, layers: [{ ...leaky, function: 'tanh' }, ...spec.layers] }),
    ).toThrow('only a relu');
  });
});
