import { measureImageColors } from '@alexnet/augment';
import type { Weight } from '@alexnet/model';
import { expect, test } from 'vitest';
import { NonFiniteError, type Snapshot, type TrainOptions, train } from '../src/index.js';
import { plainColors, preprocessing, tf, tinyNetwork, tinyRecipe } from './tiny.js';

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
      onEpoch: (report) => void top1.push(report.validation.top1),
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
  await expect(failing).rejects.toThrow(NonFiniteError);
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
