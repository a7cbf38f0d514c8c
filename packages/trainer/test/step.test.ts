import type { Batch } from '@alexnet/augment';
import {
  buildNetwork,
  type CompiledStep,
  createSpec,
  type Network,
  type SpecModifiers,
  type StepCompiler,
  type StepInput,
  type StepProgram,
  type Weight,
} from '@alexnet/model';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createOptimizer, type Recipe } from '../src/index.js';
import { createWorld } from '../src/node.js';
import { createCompiledStep } from '../src/step/compiled-step.js';
import { createPlainStep } from '../src/step/plain-step.js';
import { createWeightAverage } from '../src/weight-average.js';
import { ALONE, type World } from '../src/world/world.js';
import { collectivesBy, inLockstep } from './in-lockstep.js';
import { CLASSES, tf, tinyRecipe } from './tiny.js';

/** What a compiled step promises, done op by op at every run. */
function interpret(world: World, program: StepProgram, count: (by: 1 | -1) => void): CompiledStep {
  count(1);
  const run = (inputs: readonly StepInput[], numbers: Float64Array, share: number) =>
    tf.tidy((): Tensor[] => {
      const { learned, assigned, averages, isRateInside, clipNorm } = program;
      const before = assigned.map((variable) => tf.clone(variable as Tensor));
      const made = program.record(
        inputs.map(({ shape, values }) => tf.tensor(values, [...shape])),
        (tensors) => expect(tensors.length).toBe(learned.length),
        (groups) => world.sumTensors(groups.flat()),
      );
      const norm = Math.sqrt((made.squaredNorm as Scalar).dataSync()[0] as number);
      if (!Number.isFinite(norm) || !Number.isFinite((made.loss as Scalar).dataSync()[0])) {
        assigned.forEach((variable, i) => {
          variable.assign(before[i] as Tensor);
        });
        return [...made.results];
      }
      const factor = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
      learned.forEach(({ variable, velocity }, i) => {
        const [momentum = 0, rate = 0, decay = 0] = numbers.subarray(3 * i, 3 * i + 3);
        if (rate === 0) return;
        const gradient = tf.mul(made.gradients[i] as Tensor, factor);
        const kept = tf.mul(velocity as Tensor, momentum);
        const pull = tf.mul(variable as Tensor, isRateInside ? rate * decay : decay);
        velocity.assign(
          isRateInside
            ? tf.sub(kept, tf.add(tf.mul(gradient, rate), pull))
            : tf.add(kept, tf.add(gradient, pull)),
        );
        const move = isRateInside ? velocity : tf.mul(velocity as Tensor, -rate);
        variable.assign(tf.add(variable as Tensor, move as Tensor));
      });
      for (const { mean, live } of averages) {
        mean.assign(tf.add(mean as Tensor, tf.mul(tf.sub(live as Tensor, mean as Tensor), share)));
      }
      return [...made.results];
    });
  return {
    async run(...given) {
      const results = run(...given);
      const values = results.map((result) => result.dataSync()[0] as number);
      tf.dispose(results);
      return values;
    },
    dispose: () => count(-1),
  };
}

const SIDE = 17;

/** Two convolutions would do; of AlexNet the smallest there is. */
function networkOf(modifiers: SpecModifiers) {
  const conv1 = { kernelSize: 3, stride: 1, padding: { top: 0, left: 0, bottom: 0, right: 0 } };
  const small = { classes: CLASSES, input: SIDE, width: 1 / 48, headWidth: 1 / 512, dropout: 0.3 };
  const spec = createSpec('alexnet', { ...small, init: 'he', conv1, ...modifiers });
  const network = buildNetwork(tf, spec, { seed: 3 });
  const forward: Network['forward'] = (x, options = {}) => {
    // Here masks are drawn from a number; a compiled step has it as a tensor.
    const seed = options.dropoutSeed as Scalar | number;
    const dropoutSeed = typeof seed === 'number' ? seed : (seed.dataSync()[0] as number);
    return network.forward(x, { ...options, dropoutSeed });
  };
  return { ...network, forward };
}

/** Noise; the class is its brightness. */
function batchOf(images: number, seed: number): Batch {
  let state = seed + 1;
  const labels = Int32Array.from({ length: images }, (_, i) => (i + seed) % CLASSES);
  const targets = Float32Array.from({ length: images * CLASSES }, (_, i) => {
    const ahead = ((i % CLASSES) - (labels[Math.floor(i / CLASSES)] as number) + CLASSES) % CLASSES;
    return [0.9, 0.1, 0][ahead] as number;
  });
  const size = SIDE * SIDE * 3;
  const pixels = Float32Array.from({ length: images * size }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1 + (labels[Math.floor(i / size)] as number) / 2;
  });
  return { pixels, imageShape: [SIDE, SIDE, 3], labels, targets, ids: [], skipped: [] };
}

/** Of a batch the images from one to before another. */
function sliceOf(batch: Batch, from: number, to: number): Batch {
  const rows = (values: Float32Array) => {
    const size = values.length / batch.labels.length;
    return values.slice(from * size, to * size);
  };
  return {
    ...batch,
    labels: batch.labels.slice(from, to),
    targets: rows(batch.targets),
    pixels: rows(batch.pixels),
  };
}

interface Trial {
  readonly recipe?: Partial<Recipe>;
  readonly modifiers?: SpecModifiers;
  readonly lengths?: readonly number[];
  readonly broken?: number;
}

/** Every number a run holds after some updates, and what its steps said. */
async function run(
  way: 'compiled' | 'op by op',
  { recipe: changes = {}, modifiers = {}, lengths = [5, 3], broken = -1 }: Trial,
  world: World = ALONE,
  shareOf = (images: number) => ({ from: 0, to: images }),
) {
  const recipe = { ...tinyRecipe, ...changes };
  const network = networkOf(modifiers);
  const optimizer = createOptimizer(network, recipe);
  const average = recipe.ema > 0 ? createWeightAverage(network, recipe.ema) : null;
  const parts = { network, optimizer, average, recipe, world };
  const plain = createPlainStep(parts);
  let compiled = 0;
  let alive = 0;
  const compiler: StepCompiler = {
    compile: (program) =>
      interpret(world, program, (by) => {
        if (by > 0) compiled++;
        alive += by;
      }),
    ahead: 0,
  };
  const step = way === 'compiled' ? createCompiledStep(parts, compiler, plain) : plain;
  const said: number[] = [];
  const held = tf.memory().numTensors;
  for (const [at, images] of lengths.entries()) {
    const { from, to } = shareOf(images);
    const batch = batchOf(images, at);
    if (at === broken) batch.pixels[17] = Number.NaN;
    const { loss, correct, gradientNorm } = await step.run(sliceOf(batch, from, to), {
      epoch: at,
      learningRate: 0.01 / (1 + at),
      peakLearningRate: 0.02,
      dropoutSeed: 1000 + at,
      whole: world.size > 1 ? { images, before: from } : { images: to - from, before: 0 },
    });
    said.push(loss, correct, gradientNorm);
  }
  expect(tf.memory().numTensors).toBe(held);
  step.dispose();
  expect(alive).toBe(0);
  const weights = await network.getWeights();
  const numbers = [
    ...weights.values(),
    ...(await optimizer.state()).values(),
    ...((await average?.state())?.values() ?? []),
  ].flatMap(({ data }) => [...data]);
  const result = { said, compiled, weights, numbers, nextShare: average?.nextShare() };
  average?.dispose();
  optimizer.dispose();
  network.dispose();
  return result;
}

/** The same by two processes: the first has the images before `cut`. */
function runTogether(way: 'compiled' | 'op by op', trial: Trial, cut: number) {
  return inLockstep(2, (rank, exchange) => {
    const world = createWorld({ rank, size: 2 }, collectivesBy(tf, exchange));
    return run(way, trial, world, (images) =>
      rank === 0 ? { from: 0, to: cut } : { from: cut, to: images },
    );
  });
}

/** Rounding apart. */
function expectClose(got: readonly number[], wanted: readonly number[], tolerance = 2e-6) {
  expect(got.length).toBe(wanted.length);
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = got.reduce((most, value, i) => {
    const difference = Math.abs(value - (wanted[i] as number));
    return Math.max(most, Number.isNaN(difference) ? Infinity : difference);
  }, 0);
  expect(worst / scale).toBeLessThan(tolerance);
}

const TRIALS: readonly (Trial & { readonly title: string })[] = [
  { title: 'the paper’s rule', recipe: {} },
  { title: 'two towers and a moving average', recipe: { ema: 0.9 }, modifiers: { groups: 2 } },
  {
    title: 'the learning rate outside, gradients clipped, biases that decay',
    recipe: { learningRateInMomentum: 'outside', clipNorm: 0.5, biasDecay: true },
  },
  { title: 'three parts of a batch', recipe: { accumulate: 3 } },
  {
    title: 'layers that freeze, layers that are slower',
    recipe: { layers: { conv1: { frozenFromEpoch: 1 }, fc8: { learningRateFactor: 0.1 } } },
  },
];

const BATCH_NORM: readonly (Trial & { readonly title: string })[] = [
  { title: 'batch norm', modifiers: { norm: 'batch' } },
  {
    title: 'batch norm as PyTorch keeps it, in parts, a layer of it frozen',
    modifiers: { norm: 'batch' },
    recipe: {
      accumulate: 2,
      batchNormVariance: 'unbiased',
      layers: { conv1: { frozenFromEpoch: 1 } },
    },
  },
];

describe('the compiled step', () => {
  it.each([...TRIALS, ...BATCH_NORM])('equals the step op by op: $title', async (trial) => {
    const compiled = await run('compiled', trial);
    const plain = await run('op by op', trial);
    expectClose(compiled.numbers, plain.numbers);
    expectClose(compiled.said, plain.said);
    expect(compiled.nextShare).toBe(plain.nextShare);
  });

  it('is compiled for a length of batches, the two last ones kept, and for what learns', async () => {
    const lengths = [5, 3, 5, 4, 5];
    expect((await run('compiled', { lengths: lengths.slice(0, 2) })).compiled).toBe(2);
    expect((await run('compiled', { lengths })).compiled).toBe(3);
    expect((await run('compiled', { lengths: [...lengths, 3] })).compiled).toBe(4);
    const recipe = { layers: { conv1: { frozenFromEpoch: 1 } } };
    expect((await run('compiled', { lengths: [4, 4, 4], recipe })).compiled).toBe(2);
  });

  it('is the step op by op where nothing learns', async () => {
    const names = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'];
    const layers = Object.fromEntries(names.map((name) => [name, { frozenFromEpoch: 0 }]));
    const { compiled, said } = await run('compiled', { recipe: { layers }, lengths: [4] });
    expect([compiled, said[2]]).toEqual([0, 0]);
    expect(said[0]).toBeGreaterThan(0);
  });
});

describe.each(['compiled', 'op by op'] as const)('the step %s', (way) => {
  it('changes nothing where the loss is not finite', async () => {
    const trial = { recipe: { ema: 0.9 }, modifiers: { norm: 'batch' } as const };
    const before = await run(way, { ...trial, lengths: [5] });
    const after = await run(way, { ...trial, lengths: [5, 5], broken: 1 });
    expect(after.said[3]).toBeNaN();
    expect(after.nextShare).toBe(before.nextShare);
    expect(after.numbers).toEqual(before.numbers);
  });

  it.each<Trial & { readonly title: string; readonly cut?: number }>([
    ...TRIALS,
    { title: 'none in the second', cut: 5 },
  ])(
    'of two processes, each on its images, is that of one: $title',
    async ({ cut = 3, ...trial }) => {
      const one = { ...trial, lengths: [5] };
      const alone = await run(way, one);
      const [first, second] = await runTogether(way, one, cut);
      expectClose(first?.numbers ?? [], alone.numbers);
      expectClose(first?.said ?? [], alone.said);
      expect(second).toEqual(first);
    },
  );
});

it.each(BATCH_NORM)(
  'two processes hold the same running values either way: $title',
  async (trial) => {
    const [plain, other] = await runTogether('op by op', trial, 2);
    const [compiled] = await runTogether('compiled', trial, 2);
    expect(other).toEqual(plain);
    expectClose(compiled?.numbers ?? [], plain?.numbers ?? []);
  },
);

it.each(['compiled', 'op by op'] as const)(
  'batch norm of two processes, %s: each normalizes its own part, what comes out is their mean by images',
  async (way) => {
    const trial: Trial = { modifiers: { norm: 'batch', dropout: 0 }, lengths: [5] };
    const parts = [
      [0, 2],
      [2, 5],
    ] as const;
    const [together] = await runTogether(way, trial, 2);
    const alone: Awaited<ReturnType<typeof run>>[] = [];
    for (const [from, to] of parts) {
      alone.push(await run(way, trial, ALONE, () => ({ from, to })));
    }
    const mean = (values: readonly number[]) =>
      parts.reduce((sum, [from, to], at) => sum + ((to - from) / 5) * (values[at] as number), 0);
    // One update without momentum is linear in the gradient.
    expectClose(
      together?.numbers ?? [],
      (alone[0]?.numbers ?? []).map((_, i) =>
        mean(alone.map(({ numbers }) => numbers[i] as number)),
      ),
    );
    expect(together?.said[0]).toBeCloseTo(mean(alone.map(({ said }) => said[0] as number)), 5);

    // The first one's running values once more, from the pixels alone.
    const network = networkOf(trial.modifiers ?? {});
    const { data } = (await network.getWeights()).get('conv1.weight') as Weight;
    network.dispose();
    const { pixels } = batchOf(5, 0);
    const filters = data.length / 27;
    for (let filter = 0; filter < filters; filter++) {
      const moments = parts.map(([from, to]) => {
        const values: number[] = [];
        for (let image = from; image < to; image++) {
          for (let y = 0; y < SIDE - 2; y++) {
            for (let x = 0; x < SIDE - 2; x++) {
              let value = 0;
              for (let at = 0; at < 27; at++) {
                const [dy, dx, channel] = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3];
                const pixel = ((image * SIDE + y + dy) * SIDE + x + dx) * 3 + channel;
                value += (pixels[pixel] as number) * (data[at * filters + filter] as number);
              }
              values.push(value);
            }
          }
        }
        const average = values.reduce((sum, value) => sum + value, 0) / values.length;
        const square = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
        return [average, square / values.length] as const;
      });
      const held = (name: string) => together?.weights.get(name)?.data[filter];
      expect(held('norm1.running_mean')).toBeCloseTo(
        0.1 * mean(moments.map(([value]) => value)),
        5,
      );
      expect(held('norm1.running_var')).toBeCloseTo(
        0.9 + 0.1 * mean(moments.map(([, value]) => value)),
        5,
      );
    }
  },
);
