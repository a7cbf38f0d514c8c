import type { Network, Weight } from '@alexnet/model';
import { expect, test } from 'vitest';
import { createWeightAverage } from '../src/weight-average.js';
import { tf } from './tiny.js';

const NAMES = ['a', 'b'];

/** Two parameters, [2] and [1], and how to set and read them. */
function twoParameters() {
  const variables = [tf.variable(tf.tensor1d([0, 0])), tf.variable(tf.tensor1d([0]))];
  const parameters = variables.map((variable, i) => ({ name: NAMES[i], variable }));
  return {
    network: { tf, parameters } as unknown as Network,
    set: (value: number) => {
      for (const variable of variables)
        variable.assign(tf.mul(tf.onesLike(variable), value) as never);
    },
    values: () => variables.flatMap((variable) => [...variable.dataSync()]),
    free: () => tf.dispose(variables),
  };
}

const numbers = (state: ReadonlyMap<string, Weight>) =>
  [...state].map(([name, { data }]) => [name, ...data.map((value) => Number(value.toFixed(6)))]);

test('it follows the weights, quickly at first, and trades places with them', async () => {
  const { network, set, values, free } = twoParameters();
  const average = createWeightAverage(network, 0.5);
  set(10);
  // (1 + t) / (10 + t) up to 0.5: 1 - 1/10 of the way, then 1 - 2/11.
  average.update();
  expect(numbers(await average.state())).toEqual([
    ['a', 9, 9],
    ['b', 9],
  ]);
  set(20);
  average.update();
  expect(numbers(await average.state())).toEqual([
    ['a', 18, 18],
    ['b', 18],
  ]);
  average.swap();
  expect(values()).toEqual([18, 18, 18]);
  average.swap();
  expect(values()).toEqual([20, 20, 20]);
  // After so many updates it is the decay that was asked for.
  const late = createWeightAverage(network, 0.5, 1000);
  set(0);
  late.update();
  expect(numbers(await late.state())[0]).toEqual(['a', 10, 10]);
  average.dispose();
  late.dispose();
  free();
});

test('it resumes where it was saved, with every tensor or not at all', async () => {
  const { network, set, free } = twoParameters();
  const whole = createWeightAverage(network, 0.9);
  set(7);
  whole.update();
  const saved = new Map(
    [...(await whole.state())].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.slice() },
    ]),
  );
  const resumed = createWeightAverage(network, 0.9, 1);
  resumed.restore(saved);
  set(-3);
  whole.update();
  resumed.update();
  expect(numbers(await resumed.state())).toEqual(numbers(await whole.state()));
  for (const name of NAMES) {
    const one = new Map([...saved].filter(([other]) => other !== name));
    expect(() => resumed.restore(one)).toThrow(`the saved average of ${name} is missing`);
    const other = new Map(saved).set(name, { shape: [3], data: new Float32Array(3) });
    expect(() => resumed.restore(other)).toThrow(`${name} is missing or of another shape`);
  }
  whole.dispose();
  resumed.dispose();
  free();
});
