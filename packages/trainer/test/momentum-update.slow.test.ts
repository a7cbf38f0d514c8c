import { selectBackend, watchKernels } from '@alexnet/backend/node';
import { expect, test } from 'vitest';
import { momentumUpdate } from '../src/momentum-update.js';
import { tf as plain } from './tiny.js';

const selection = await selectBackend({ require: 'tensorflow' }).catch((error: Error) => error);
const unavailable = selection instanceof Error ? selection.message : null;

function threeUpdates(tf: typeof plain): number[] {
  return tf.tidy(() => {
    const variable = tf.variable(tf.tensor1d([1, -2, 3, 0.25]));
    const velocity = tf.variable(tf.tensor1d([0.1, 0, -0.2, 0]));
    for (const learningRate of [0.1, 0.1, 0.01]) {
      const gradient = tf.tensor1d([0.3, -0.7, 1.1, learningRate]);
      const rule = { momentum: 0.9, learningRate, decay: 0.0005 };
      momentumUpdate(tf, { variable, velocity, gradient }, rule);
    }
    return [...variable.dataSync(), ...velocity.dataSync()];
  });
}

test.skipIf(unavailable)(
  `the update of the tensorflow backend equals the plain one ${unavailable ?? ''}`.trim(),
  async () => {
    if (selection instanceof Error) throw selection;
    const ran: string[] = [];
    const stop = watchKernels(({ backend, kernel }) => ran.push(`${backend} ${kernel}`));
    const fast = threeUpdates(selection.tf as typeof plain);
    stop();
    expect(ran).toEqual(new Array(3).fill('tensorflow AlexNetMomentumUpdate'));
    await plain.setBackend('cpu');
    const reference = threeUpdates(plain);
    reference.forEach((value, i) => {
      expect(fast[i]).toBeCloseTo(value, 6);
    });
  },
);
