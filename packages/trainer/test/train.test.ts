import { createEpochOrder, createPipeline, makeBatch, measureImageColors } from '@alexnet/augment';
import type { Weight } from '@alexnet/model';
import { expect, test, vi } from 'vitest';
import {
  type BatchFeed,
  evaluate,
  type Snapshot,
  type StepReport,
  type TrainOptions,
  train,
} from '../src/index.js';
import { createWorld } from '../src/node.js';
import { collectivesBy, inLockstep } from './in-lockstep.js';
import { CLASSES, plainColors, preprocessing, tf, tinyNetwork, tinyRecipe } from './tiny.js';

const source = plainColors(24);
const validation = plainColors(9);
const colors = measureImageColors(await Promise.all([0, 1, 2].map((i) => source.image(i))));

async function runOnce(
  changes: Partial<TrainOptions> & { seedOfWeights?: number; dropout?: number } = {},
) {
  const network = tinyNetwork(changes.seedOfWeights, changes.dropout);
  const snapshots: Snapshot[] = [];
  const top1: number[] = [];
  const outcome = await train({
    network,
    recipe: tinyRecipe,
    train: source,
    validation,
    preprocessing,
    colors,
    seed: 5,
    ...changes,
    observer: {
      onEpoch: (report) => void top1.push(report.validation?.top1 ?? -1),
      onSnapshot: async (snapshot) => void snapshots.push(snapshot),
      ...changes.observer,
    },
  });
  const weights = await network.getWeights();
  network.dispose();
  return { outcome, weights, snapshots, top1 };
}

const bytesOf = (weights: ReadonlyMap<string, Weight>) =>
  [...weights].map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
  ]);

test('a network learns to tell red, green and blue, and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const { outcome, top1 } = await runOnce({ recipe: { ...tinyRecipe, epochs: 8 } });
  expect(outcome).toBe('finished');
  expect(top1.at(-1)).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  ['in the middle of an epoch', 2],
  ['between epochs', 3],
])('stopped %s and resumed, it ends with the same bits', async (_, stopAt) => {
  const recipe = { ...tinyRecipe, ema: 0.9 };
  const whole = await runOnce({ recipe });
  const stopping = new AbortController();
  const first = await runOnce({
    recipe,
    signal: stopping.signal,
    observer: {
      onStep: ({ globalStep }) => {
        if (globalStep === stopAt) stopping.abort();
      },
    },
  });
  expect(first.outcome).toBe('interrupted');
  const from = first.snapshots.at(-1) as Snapshot;
  expect(from.state.globalStep).toBe(stopAt);
  const second = await runOnce({ recipe, from, seedOfWeights: 99 });
  expect(second.outcome).toBe('finished');
  expect(bytesOf(second.weights)).toEqual(bytesOf(whole.weights));
});

test('the time of an epoch counts all sittings', async () => {
  // The last update is done, and only validation is left.
  const { snapshots } = await runOnce({ maxSteps: 3 });
  const from = snapshots.at(-1) as Snapshot;
  const times: [number, number][] = [];
  await runOnce({
    from,
    observer: {
      onEpoch: ({ durationMs, waitShare }) => void times.push([durationMs, waitShare]),
    },
  });
  const { trainedMs = 0, waitedMs = 0 } = from.state;
  expect(trainedMs).toBeGreaterThan(0);
  expect(times[0]).toEqual([trainedMs, waitedMs / trainedMs]);
});

test('a stop that comes by the event loop is heard, though every batch is ready', async () => {
  const stopping = new AbortController();
  const { outcome, snapshots } = await runOnce({
    signal: stopping.signal,
    observer: { onStep: () => void setImmediate(() => stopping.abort()) },
  });
  expect([outcome, snapshots.at(-1)?.state.globalStep]).toEqual(['interrupted', 1]);
});

test('without setImmediate, as in a browser, it goes on and hears a stop that comes as a timer', async () => {
  const stopping = new AbortController();
  vi.stubGlobal('setImmediate', undefined);
  try {
    const { outcome } = await runOnce({
      recipe: { ...tinyRecipe, epochs: 10_000 },
      signal: stopping.signal,
      observer: { onStep: () => void setTimeout(() => stopping.abort()) },
    });
    expect(outcome).toBe('interrupted');
  } finally {
    vi.unstubAllGlobals();
  }
});

test('gradients accumulated over parts make the same update', async () => {
  // Without dropout: its masks are drawn per part.
  const recipe = { ...tinyRecipe, epochs: 1 };
  const whole = await runOnce({ recipe, dropout: 0 });
  const parts = await runOnce({ recipe: { ...recipe, accumulate: 3 }, dropout: 0 });
  for (const [name, { data }] of whole.weights) {
    const other = parts.weights.get(name)?.data as Float32Array;
    data.forEach((value, i) => {
      expect(other[i]).toBeCloseTo(value, 4);
    });
  }
});

test('a loss that is not a number stops the run with the state before it saved', async () => {
  const snapshots: Snapshot[] = [];
  const failing = runOnce({
    recipe: { ...tinyRecipe, learningRate: 1e20 },
    observer: { onSnapshot: async (snapshot) => void snapshots.push(snapshot) },
  });
  await expect(failing).rejects.toMatchObject({ name: 'TrainingError', code: 'not-finite' });
  await expect(failing).rejects.toThrow(
    /the loss is NaN, first (in|after) [\w.]+, at step \d+ \(epoch 1\), on \d+\.png/,
  );
  expect(snapshots).toHaveLength(1);
});

test('as many steps as asked for, then a snapshot', async () => {
  const { outcome, snapshots } = await runOnce({ maxSteps: 2 });
  expect(outcome).toBe('out of steps');
  expect(snapshots.at(-1)?.state.globalStep).toBe(2);
});

test('out of time after every single step, resumed each time, it ends with the same bits', async () => {
  const recipe = { ...tinyRecipe, epochs: 1 };
  const whole = await runOnce({ recipe });
  const steps = whole.snapshots.at(-1)?.state.globalStep as number;
  const outcomes: string[] = [];
  let from: Snapshot | undefined;
  let weights = whole.weights;
  while (outcomes.at(-1) !== 'finished') {
    const session = await runOnce({ recipe, maxMs: 0, ...(from ? { from } : {}) });
    outcomes.push(session.outcome);
    from = session.snapshots.at(-1);
    weights = session.weights;
  }
  expect(outcomes).toEqual([...new Array(steps).fill('out of time'), 'finished']);
  expect(bytesOf(weights)).toEqual(bytesOf(whole.weights));
});

test('with an average of the weights it ends with that, else with the last', async () => {
  const recipe = { ...tinyRecipe, epochs: 1, batchSize: 12 };
  const plain = await runOnce({ recipe });
  expect(plain.snapshots.at(-1)?.average).toBeNull();
  expect(bytesOf(plain.weights)).toEqual(bytesOf(plain.snapshots.at(-1)?.weights ?? new Map()));
  const averaged = await runOnce({ recipe: { ...recipe, ema: 0.9 } });
  const { weights, average } = averaged.snapshots.at(-1) as Snapshot;
  expect(bytesOf(weights)).toEqual(bytesOf(plain.weights));
  expect(bytesOf(averaged.weights)).toEqual(bytesOf(average ?? new Map()));
  expect(bytesOf(averaged.weights)).not.toEqual(bytesOf(weights));
});

test('whoever looks at the network after an epoch sees the weights that were validated', async () => {
  const network = tinyNetwork();
  const recipe = { ...tinyRecipe, epochs: 2, ema: 0.9 };
  const seen: number[] = [];
  const { snapshots } = await runOnce({
    network,
    recipe,
    observer: {
      onEpoch: async (report) => {
        const { loss } = await evaluate({ network, preprocessing }, validation);
        seen.push(loss - (report.validation?.loss ?? 0));
      },
    },
  });
  expect(seen).toEqual([0, 0]);
  // And training went on with its own.
  const { snapshots: unseen } = await runOnce({ recipe });
  expect(bytesOf(snapshots.at(-1)?.weights ?? new Map())).toEqual(
    bytesOf(unseen.at(-1)?.weights ?? new Map()),
  );
  network.dispose();
});

test('within an epoch it saves as often as asked', async () => {
  const recipe = { ...tinyRecipe, epochs: 1 };
  const { snapshots } = await runOnce({ recipe, snapshotEveryMs: 0 });
  expect(snapshots.map(({ state }) => state.globalStep)).toEqual([1, 2, 3, 3]);
});

test('unreadable training images are named once a visit and the run goes on', async () => {
  const named: string[] = [];
  const { outcome } = await runOnce({
    train: plainColors(24, [3, 17]),
    recipe: { ...tinyRecipe, epochs: 1 },
    observer: { onSkip: (id) => void named.push(id) },
  });
  expect(outcome).toBe('finished');
  expect(named.sort()).toEqual(['17.png', '3.png']);
});

test('a finished run goes on when its recipe has more epochs', async () => {
  const whole = await runOnce({ recipe: { ...tinyRecipe, epochs: 3 } });
  const first = await runOnce();
  const from = first.snapshots.at(-1) as Snapshot;
  const more = await runOnce({ recipe: { ...tinyRecipe, epochs: 3 }, from });
  expect([first.outcome, more.outcome, more.top1.length]).toEqual(['finished', 'finished', 1]);
  // The schedule is constant, so that the length of the run decides nothing else.
  expect(bytesOf(more.weights)).toEqual(bytesOf(whole.weights));
});

test('it stops early when validation has not improved for as long as said', async () => {
  // Weights that do not move cannot improve; resuming remembers how long they have not.
  const recipe = { ...tinyRecipe, epochs: 9, learningRate: 1e-30, weightDecay: 0, stopAfter: 3 };
  const { outcome, top1, snapshots } = await runOnce({ recipe });
  expect([outcome, top1.length]).toEqual(['stopped early', 4]);
  const from = snapshots.at(-2) as Snapshot;
  expect((await runOnce({ recipe, from })).top1).toHaveLength(1);
  // At its end it is over, however often it is asked to go on.
  const again = await runOnce({ recipe, from: snapshots.at(-1) as Snapshot });
  expect([again.outcome, again.top1.length]).toEqual(['stopped early', 0]);
});

test('without validation images it trains, and says what needs them', async () => {
  const none = { ...validation, records: [] };
  const { outcome, top1 } = await runOnce({ validation: none });
  expect([outcome, top1]).toEqual(['finished', [-1, -1]]);
  const plateau = { ...tinyRecipe.schedule, kind: 'plateau' } as const;
  await expect(
    runOnce({ validation: none, recipe: { ...tinyRecipe, schedule: plateau } }),
  ).rejects.toThrow('schedule.kind=plateau needs validation images, and there are none');
  await expect(
    runOnce({ validation: null, recipe: { ...tinyRecipe, stopAfter: 1 } }),
  ).rejects.toThrow('stopAfter needs validation images');
});

test('a recipe for a precision the backend is not set to is refused, not computed in another', async () => {
  await expect(runOnce({ recipe: { ...tinyRecipe, precision: 'bf16' } })).rejects.toMatchObject({
    code: 'precision',
    message: expect.stringContaining('the recipe asks for bf16'),
  });
  const { outcome } = await runOnce({
    recipe: { ...tinyRecipe, precision: 'fp32' },
    maxSteps: 1,
  });
  expect(outcome).toBe('out of steps');
});

test('stopped or failing in validation, the epoch is saved and resumes with the same bits', async () => {
  const recipe = { ...tinyRecipe, ema: 0.9 };
  const whole = await runOnce({ recipe });
  const stopping = new AbortController();
  const stopped = await runOnce({
    recipe: { ...recipe, batchSize: 8 },
    signal: stopping.signal,
    observer: { onValidate: () => stopping.abort() },
  });
  const from = stopped.snapshots.at(-1) as Snapshot;
  expect([stopped.outcome, from.state.step, from.state.epoch]).toEqual(['interrupted', 3, 0]);
  const resumed = await runOnce({ recipe, from, seedOfWeights: 99 });
  expect(resumed.top1).toEqual(whole.top1);
  expect(bytesOf(resumed.weights)).toEqual(bytesOf(whole.weights));
  const snapshots: Snapshot[] = [];
  const failing = runOnce({
    recipe,
    validation: plainColors(2, [0, 1]),
    observer: { onSnapshot: async (snapshot) => void snapshots.push(snapshot) },
  });
  await expect(failing).rejects.toThrow('no image of this split could be read');
  expect(snapshots.map(({ state }) => state.globalStep)).toEqual([3]);
});

test('a feed that fails in the middle of an epoch loses no update, and one at the start leaves nothing', async () => {
  const recipe = { ...tinyRecipe, ema: 0.9 };
  const whole = await runOnce({ recipe });
  /** The batches `train` makes itself, as far as there are any. */
  const failingAt = (last: number): BatchFeed =>
    async function* (epoch, firstStep) {
      const pipeline = createPipeline(recipe.augment, { preprocessing, colors });
      const order = createEpochOrder(source.records.length, 5, epoch);
      for (let first = 8 * firstStep; first < 8 * last; first += 8) {
        const key = { seed: 5, epoch, first };
        const options = { classes: CLASSES, fast: true };
        yield await makeBatch(source, order.subarray(first, first + 8), pipeline.at(key), options);
      }
      throw new Error('no such disk');
    };
  const snapshots: Snapshot[] = [];
  const observer = { onSnapshot: async (snapshot: Snapshot) => void snapshots.push(snapshot) };
  await expect(runOnce({ recipe, feed: failingAt(0), observer })).rejects.toThrow('no such disk');
  expect(snapshots).toEqual([]);
  await expect(runOnce({ recipe, feed: failingAt(2), observer })).rejects.toThrow('no such disk');
  expect(snapshots.map(({ state }) => state.globalStep)).toEqual([2]);
  const from = snapshots[0] as Snapshot;
  const resumed = await runOnce({ recipe, from, seedOfWeights: 99 });
  expect(bytesOf(resumed.weights)).toEqual(bytesOf(whole.weights));
});

test('every step tells the learning rate and the norm of its gradient', async () => {
  const norms: number[] = [];
  const rates: number[] = [];
  const warmup = { ...tinyRecipe.schedule, warmupEpochs: 1, warmupStart: 0.1 };
  await runOnce({
    recipe: { ...tinyRecipe, epochs: 1, schedule: warmup },
    observer: {
      onStep: ({ gradientNorm, learningRate }) => {
        norms.push(gradientNorm);
        rates.push(learningRate / tinyRecipe.learningRate);
      },
    },
  });
  for (const [i, rate] of [0.1, 0.4, 0.7].entries()) expect(rates[i]).toBeCloseTo(rate, 12);
  expect(norms.every((norm) => norm > 0 && Number.isFinite(norm))).toBe(true);
});

test('two processes train what one trains, and stop together when one is told to', async () => {
  const recipe = { ...tinyRecipe, epochs: 1, batchSize: 3, ema: 0.9 };
  const small = { recipe, train: plainColors(6, [4]), validation: plainColors(3) };
  const together = (changes: Partial<TrainOptions>, ofSecond: Partial<TrainOptions> = {}) =>
    inLockstep(2, async (rank, exchange) => {
      const world = createWorld({ rank, size: 2 }, collectivesBy(tf, exchange));
      const steps: StepReport[] = [];
      const skipped: string[] = [];
      const observer = {
        onStep: (report: StepReport) => void steps.push(report),
        onSkip: (id: string) => void skipped.push(id),
      };
      const run = await runOnce({
        ...{ ...small, world, observer },
        ...changes,
        ...(rank === 1 ? ofSecond : {}),
      });
      return { ...run, steps, skipped };
    });
  const alone = await runOnce(small);
  const [first, second] = await together({});
  expect(second?.weights).toEqual(first?.weights);
  expect([first?.outcome, first?.top1, first?.skipped]).toEqual([
    'finished',
    alone.top1,
    ['4.png'],
  ]);
  for (const [name, { data }] of alone.weights) {
    const other = first?.weights.get(name)?.data as Float32Array;
    data.forEach((value, i) => {
      expect(other[i]).toBeCloseTo(value, 5);
    });
  }
  expect(first?.steps.map(({ images, reduction }) => [images, reduction])).toEqual([
    [expect.any(Number), { processes: 2, busyMs: 0, waitMs: 0 }],
    [expect.any(Number), { processes: 2, busyMs: 0, waitMs: 0 }],
  ]);
  expect(first?.steps.reduce((sum, { images }) => sum + images, 0)).toBe(5);
  const stopped = await together({}, { signal: AbortSignal.abort() });
  expect(stopped.map(({ outcome, steps }) => [outcome, steps.length])).toEqual([
    ['interrupted', 0],
    ['interrupted', 0],
  ]);
  const few = await together({ maxSteps: 1 });
  expect(few.map(({ outcome, steps }) => [outcome, steps.length])).toEqual([
    ['out of steps', 1],
    ['out of steps', 1],
  ]);
});
