import type { StepCompiler, StepProgram } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tf } from '../src/selection/tf.js';
import { type FakeDevice, openFakeWebgpu } from './fake-device.js';

let tf: Tf;
let fake: FakeDevice;

beforeAll(async () => {
  ({ tf, fake } = await openFakeWebgpu());
});

/** A step whose update adds 1 to a variable. */
function begin() {
  const [variable, velocity] = [tf.variable(tf.ones([4])), tf.variable(tf.zeros([4]))];
  const program: StepProgram = {
    owner: {},
    inputs: [],
    learned: [{ variable, velocity }],
    assigned: [],
    constants: [],
    averages: [],
    isRateInside: true,
    clipNorm: 0,
    record() {
      const gradient = tf.square(variable as Tensor);
      const loss = tf.sum(gradient);
      return { loss, gradients: [gradient], squaredNorm: loss, results: [loss] };
    },
  };
  const { stepCompiler } = tf.backend() as unknown as { readonly stepCompiler: StepCompiler };
  const step = stepCompiler.compile(program);
  return { variable, step, run: () => step.run([], Float64Array.of(0.9, 0.1, 0), 0) };
}

describe('a step on tape', () => {
  it('that is disposed of while it is under way still answers', async () => {
    const { step, run } = begin();
    const answers = [run(), run()];
    step.dispose();
    expect(await Promise.all(answers)).toEqual([[0], [0]]);
  });

  it('leaves no older copy of a weight that was being read when it began', async () => {
    const { variable, step, run } = begin();
    await run();
    const reading = variable.data();
    await run();
    expect([...(await reading)]).toEqual([2, 2, 2, 2]);
    expect([...(await variable.data())]).toEqual([3, 3, 3, 3]);
    step.dispose();
  });
});

describe('a function on tape', () => {
  /** What `compute` was given whenever it was called: at the first call and while it is recorded. */
  const begin = () => {
    const owner = {};
    const constant = tf.tidy(() => tf.variable(tf.ones([64, 1024])));
    const given: string[] = [];
    const compute = ([x]: readonly Tensor[]) => {
      given.push((x as Tensor).dtype);
      return tf.matMul(tf.cast(x as Tensor, 'float32') as never, constant as never);
    };
    const attrs = { owner, variant: '', constants: [constant as Variable], compute };
    const run = (x: Tensor) =>
      tf.engine().runKernel('AlexNetFixedGraph', { 0: x }, attrs as never) as Tensor;
    return { constant, given, run };
  };

  it('begins anew for inputs of another type, as they lie there', () => {
    const { given, run } = begin();
    const [floats, integers] = [tf.ones([2, 64]), tf.ones([2, 64], 'int32')];
    const cast = tf.cast(integers, 'float32');
    for (const x of [floats, floats, floats]) run(x);
    expect(given).toEqual(['float32', 'float32']);
    for (const x of [integers, integers, integers]) run(x);
    expect(given.slice(2)).toEqual(['int32', 'int32']);
    for (const x of [cast, cast, cast]) run(x);
    expect(given.slice(4)).toEqual(['float32', 'float32']);
  });

  it('is freed with its constants', () => {
    const { constant, run } = begin();
    const x = tf.ones([8, 64]);
    const once = () => run(x).dispose();
    once();
    once();
    const held = fake.bytesHeld();
    constant.dispose();
    expect(fake.bytesHeld()).toBeLessThan(held);
  });
});

it('cross-entropy op by op compiles its programs once', () => {
  const [logits, targets] = [tf.ones([4, 3]), tf.ones([4, 3])];
  const once = () =>
    (tf.engine().runKernel('AlexNetCrossEntropy', { logits, targets }) as Tensor).dispose();
  once();
  const before = fake.compiled();
  for (let i = 0; i < 5; i++) once();
  expect(fake.compiled()).toBe(before);
});

it('a lost device refuses to be read, whichever way', async () => {
  const x = tf.add(tf.ones([2]), 1);
  fake.lose();
  await expect(x.data()).rejects.toThrow('device was lost');
  expect(() => x.dataSync()).toThrow('device was lost');
});
