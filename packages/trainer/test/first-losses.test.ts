import { readFileSync } from 'node:fs';
import type { Batch } from '@alexnet/augment';
import {
  buildNetwork,
  createSpec,
  type Network,
  type NetworkSpec,
  type Weight,
} from '@alexnet/model';
import { expect, test } from 'vitest';
import { type BatchFeed, evaluate, RECIPES, type Recipe, train } from '../src/index.js';
import { createOptimizer } from '../src/optimizer.js';
import { createStep } from '../src/step/create-step.js';
import { plainColors, preprocessing, tf } from './tiny.js';

/** PyTorch's, by fixtures/make_losses.py, in which networks and updates are written down anew. */
const golden = JSON.parse(
  readFileSync(new URL('fixtures/losses.json', import.meta.url), 'utf8'),
) as {
  losses: Record<string, number[]>;
  batchNorm: { mean: number[]; var: number[] };
};

const CLASSES = 10;
const BATCH = 2;
const STEPS = 10;
/** Sides of the smallest input each geometry takes: stride 4, stride 2, that and padded by 5, padded by 3. */
const SIDES: Record<string, number> = { showcase: 39, 'showcase-modern': 29, '2012': 64 };

/** Numbers of [-1, 1): MurmurHash3's finalizer over the index, as in the script. */
function uniform(seed: number, count: number): Float32Array {
  const offset = Math.imul(seed, 0x7f4a7c15);
  return Float32Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 0x9e3779b1) + offset) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    return (x >>> 0) / 2 ** 31 - 1;
  });
}

function network(recipe: Recipe, name: string) {
  const { preset, modifiers } = recipe.network;
  const spec = createSpec(preset, {
    ...modifiers,
    width: 1 / 24,
    headWidth: 1 / 256,
    classes: CLASSES,
    input: SIDES[name] ?? 67,
    dropout: 0,
  });
  return buildNetwork(tf, spec);
}

/** Uniform, ±√(6 / fan-in), biases and scales ±0.1, as in the script; what batch norm keeps, as it starts. */
async function startWeights(net: Network): Promise<Map<string, Weight>> {
  const learned = net.parameters.filter(({ trainable }) => trainable);
  const started = learned.map(({ name, shape }, index): [string, Weight] => {
    const count = shape.reduce((a, b) => a * b, 1);
    const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const limit = shape.length === 1 ? 0.1 : Math.sqrt(6 / fanIn);
    return [name, { shape, data: uniform(index, count).map((value) => limit * value) }];
  });
  return new Map([...(await net.getWeights()), ...started]);
}

function batchOf(step: number, side: number): Batch {
  const labels = Int32Array.from({ length: BATCH }, (_, image) => (3 * step + 7 * image) % CLASSES);
  const targets = new Float32Array(BATCH * CLASSES);
  labels.forEach((label, image) => {
    targets[image * CLASSES + label] = 1;
  });
  return {
    pixels: uniform(1000 + step, BATCH * side * side * 3),
    imageShape: [side, side, 3],
    labels,
    targets,
    ids: [...labels.keys()].map(String),
    skipped: [],
  };
}

test.each(Object.entries(golden.losses))(
  'the first ten losses of %s are PyTorch’s',
  async (name, expected) => {
    const recipe = RECIPES[name] as Recipe;
    const net = network(recipe, name);
    net.setWeights(await startWeights(net));
    const { width } = net.spec.input;
    const feed: BatchFeed = async function* (_, first) {
      for (let step = first; step < STEPS; step++) yield batchOf(step, width);
    };
    const losses: number[] = [];
    await train({
      network: net,
      recipe: { ...recipe, batchSize: BATCH },
      // Ten batches an epoch, and after them one of validation.
      train: plainColors(BATCH * STEPS),
      validation: plainColors(1),
      preprocessing,
      colors: { mean: [0, 0, 0], std: [1, 1, 1] } as never,
      seed: 1,
      feed,
      maxSteps: STEPS,
      observer: { onStep: ({ loss }) => void losses.push(loss) },
    });
    net.dispose();
    expect(Object.keys(golden.losses).sort()).toEqual(Object.keys(RECIPES).sort());
    expect(losses).toHaveLength(STEPS);
    losses.forEach((loss, step) => {
      expect(Math.abs(loss / (expected[step] as number) - 1), `step ${step + 1}`).toBeLessThan(
        2e-5,
      );
    });
  },
);

test('the torchvision recipe starts where torchvision does, at ln 1000', async () => {
  const { preset, modifiers } = (RECIPES.torchvision as Recipe).network;
  const spec = createSpec(preset, { ...modifiers, width: 1 / 4, headWidth: 1 / 8, input: 67 });
  const net = buildNetwork(tf, spec, { seed: 1 });
  const prepared = {
    ...preprocessing,
    resize: { shorterSide: 67 },
    crop: { height: 67, width: 67 },
  };
  const { loss } = await evaluate({ network: net, preprocessing: prepared }, plainColors(3), {});
  net.dispose();
  expect(loss).toBeCloseTo(Math.log(1000), 1);
});

test.each([
  ['unbiased', golden.batchNorm.var],
  // Over 18 values instead of 17; 0.81 is what is left of the 1 it starts from.
  ['biased', golden.batchNorm.var.map((value) => 0.81 + ((value - 0.81) * 17) / 18)],
] as const)(
  'batch norm keeps the %s variance, as PyTorch’s does or not',
  async (kind, variance) => {
    const init = { weight: { kind: 'he' }, bias: 0 } as const;
    const spec = {
      ...createSpec('alexnet', { classes: CLASSES }),
      input: { height: 3, width: 3, channels: 4 },
      layers: [
        { op: 'batchnorm', name: 'norm1', momentum: 0.9, epsilon: 1e-5 },
        { op: 'flatten', name: 'flatten' },
        { op: 'dense', name: 'fc8', units: CLASSES, init },
      ],
    } as NetworkSpec;
    const net = buildNetwork(tf, spec);
    const recipe = { ...(RECIPES.quick as Recipe), batchNormVariance: kind };
    const optimizer = createOptimizer(net, recipe);
    const step = createStep({ network: net, optimizer, average: null, recipe });
    const at = { learningRate: 0.01, peakLearningRate: 0.01, epoch: 0, dropoutSeed: 1 };
    for (const index of [0, 1]) {
      const pixels = uniform(2000 + index, 2 * 3 * 3 * 4);
      await step.run({ ...batchOf(index, 3), imageShape: [3, 3, 4], pixels }, at);
    }
    const weights = await net.getWeights();
    optimizer.dispose();
    net.dispose();
    const kept = (name: string) => [...(weights.get(`norm1.${name}`)?.data ?? [])];
    for (const [name, expected] of [
      ['running_mean', golden.batchNorm.mean],
      ['running_var', variance],
    ] as const) {
      expect(kept(name)).toHaveLength(4);
      kept(name).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 6);
      });
    }
  },
);
