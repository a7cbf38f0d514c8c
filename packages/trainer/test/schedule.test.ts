import { expect, test } from 'vitest';
import {
  INITIAL_PLATEAU,
  learningRateFactor,
  observePlateau,
  type Schedule,
} from '../src/index.js';

const base: Schedule = {
  kind: 'cosine',
  warmupEpochs: 0,
  factor: 0.1,
  dropEpochs: [],
  patience: 2,
  finalFactor: 0,
};

test('cosine goes from 1 through a half to the final factor', () => {
  expect(learningRateFactor(base, 0, 10)).toBe(1);
  expect(learningRateFactor(base, 5, 10)).toBeCloseTo(0.5, 12);
  expect(learningRateFactor(base, 10, 10)).toBeCloseTo(0, 12);
  expect(learningRateFactor({ ...base, finalFactor: 0.2 }, 10, 10)).toBeCloseTo(0.2, 12);
});

test('after its end cosine stays at the final factor, and a run of warm-up alone ends there', () => {
  expect(learningRateFactor({ ...base, finalFactor: 0.2 }, 11, 10)).toBeCloseTo(0.2, 12);
  expect(learningRateFactor({ ...base, warmupEpochs: 10 }, 10, 10)).toBe(1);
});

test('constant stays at 1, but for the warm-up', () => {
  const schedule: Schedule = { ...base, kind: 'constant', warmupEpochs: 1, dropEpochs: [2] };
  expect([0.5, 1, 5].map((at) => learningRateFactor(schedule, at, 4))).toEqual([0.5, 1, 1]);
});

test('warm-up grows linearly and the rest starts after it', () => {
  const schedule = { ...base, warmupEpochs: 2 };
  expect(learningRateFactor(schedule, 0.5, 10)).toBe(0.25);
  expect(learningRateFactor(schedule, 2, 10)).toBe(1);
  expect(learningRateFactor(schedule, 6, 10)).toBeCloseTo(0.5, 12);
});

test('steps multiply at each drop epoch', () => {
  const schedule: Schedule = { ...base, kind: 'step', dropEpochs: [25, 51] };
  expect([24.9, 25, 50.9, 51].map((epoch) => learningRateFactor(schedule, epoch, 90))).toEqual([
    1,
    0.1,
    0.1,
    0.1 ** 2,
  ]);
});

test('a plateau drops the rate after as many epochs without gain as patience says', () => {
  const schedule: Schedule = { ...base, kind: 'plateau' };
  const drops: number[] = [];
  let state = INITIAL_PLATEAU;
  for (const error of [0.9, 0.8, 0.8, 0.81, 0.7, 0.75, 0.74]) {
    state = observePlateau(schedule, state, error);
    drops.push(state.drops);
  }
  expect(drops).toEqual([0, 0, 0, 1, 1, 1, 2]);
  expect(learningRateFactor(schedule, 7, 90, state)).toBeCloseTo(0.01, 12);
});

test('a plateau drops no more often than allowed', () => {
  const schedule: Schedule = { ...base, kind: 'plateau', patience: 1, maxDrops: 3 };
  let state = INITIAL_PLATEAU;
  for (let epoch = 0; epoch < 20; epoch++) state = observePlateau(schedule, state, 0.5);
  expect(state.drops).toBe(3);
  expect(learningRateFactor(schedule, 20, 90, state)).toBeCloseTo(0.001, 12);
});

test('the first update of a warm-up is not made with nothing', () => {
  const schedule: Schedule = { ...base, warmupEpochs: 2, warmupStart: 0.01 };
  expect(learningRateFactor(schedule, 0, 10)).toBe(0.01);
  expect(learningRateFactor(schedule, 1, 10)).toBeCloseTo(0.505, 12);
  expect(learningRateFactor(schedule, 2, 10)).toBe(1);
});
