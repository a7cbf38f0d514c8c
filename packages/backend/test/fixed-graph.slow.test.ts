import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type Tf } from '../src/node.js';
import { expectClose, tensor } from './compare.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();
let tf: Tf;

const GROUPED = {
  strides: [1, 1],
  pad: [
    [0, 0],
    [1, 2],
    [2, 1],
    [0, 0],
  ],
  groups: 2,
};

describe.skipIf(missing)(`functions compiled to a graph ${missing ?? ''}`, () => {
  beforeAll(async () => {
    ({ tf } = await selectBackend({ require: 'tensorflow' }));
  });

  /** Every kind of layer, two convolutions that differ in nothing but their values, one large product. */
  const layers = () => {
    const filters = [1, 2, 3].map((seed) => tf.variable(tensor(tf, [3, 3, 4, 4], seed)));
    const grouped = tf.variable(tensor(tf, [3, 3, 2, 4], 4));
    const bias = tf.variable(tensor(tf, [4], 5));
    // Above 16 MiB, so that it is given at every run.
    const dense = tf.variable(tensor(tf, [5 * 5 * 4, 45_000], 6));
    const [head, offset] = [
      tf.variable(tensor(tf, [45_000, 7], 7)),
      tf.variable(tensor(tf, [7], 8)),
    ];
    const compute = (x: Tensor) => {
      let y = x as Tensor4D;
      for (const filter of filters) {
        y = tf.relu(tf.add(tf.conv2d(y, filter as never, 1, 'same'), bias)) as Tensor4D;
      }
      const inputs = { x: y, filter: grouped };
      y = tf.engine().runKernel('AlexNetGroupedConv2D', inputs, GROUPED as never) as Tensor4D;
      y = tf.localResponseNormalization(y, 2, 2, 1e-2, 0.75);
      y = tf.maxPool(y, 3, 2, 'valid');
      y = tf.fused.conv2d({ x: y, filter: filters[0] as never, strides: 1, pad: 'same', bias });
      const hidden = tf.matMul(tf.reshape(y, [-1, 100]), dense as never);
      const out = tf.relu(tf.add(tf.matMul(hidden as never, head as never), offset));
      return tf.softmax(tf.mul(out, 1e-2));
    };
    const variables = [...filters, grouped, bias, dense, head, offset];
    return { compute, variables, filters };
  };
  const x = (batch: number, seed: number) => tensor(tf, [batch, 11, 11, 4], seed);
  const run = (owner: object, { compute, variables }: ReturnType<typeof layers>, input: Tensor) =>
    tf.tidy(() => {
      const attrs = {
        owner,
        variant: '',
        constants: variables,
        compute: ([only]: readonly Tensor[]) => compute(only as Tensor),
      };
      return tf.engine().runKernel('AlexNetFixedGraph', { 0: input }, attrs as never) as Tensor;
    });
  const held = () =>
    (
      tf.backend() as unknown as { binding: { getNumOfTensors(): number } }
    ).binding.getNumOfTensors();

  it.each([false, true])(
    'gives what the function gives, for every input, shape and weight; as for a GPU: %s',
    async (actsAsGpu) => {
      Object.assign(tf.backend(), { actsAsGpu });
      const net = layers();
      const owner = {};
      const check = async (input: Tensor) => {
        const actual = run(owner, net, input);
        const expected = tf.tidy(() => net.compute(input));
        expectClose(
          (await actual.data()) as Float32Array,
          (await expected.data()) as Float32Array,
          1e-5,
        );
        tf.dispose([actual, expected, input]);
      };
      for (let seed = 10; seed < 16; seed++) await check(x(2, seed));
      for (let seed = 16; seed < 20; seed++) await check(x(1, seed));
      for (let seed = 20; seed < 24; seed++) await check(x(3, seed));
      tf.tidy(() => net.filters[1]?.assign(tensor(tf, [3, 3, 4, 4], 30)));
      for (let seed = 30; seed < 35; seed++) await check(x(3, seed));
      tf.dispose(net.variables);
      Object.assign(tf.backend(), { actsAsGpu: false });
    },
  );

  it('calls the function no more once it is compiled, and holds its memory', async () => {
    const net = layers();
    let calls = 0;
    const counted = {
      ...net,
      compute: (input: Tensor) => {
        calls++;
        return net.compute(input);
      },
    };
    const owner = {};
    const input = x(2, 1);
    const once = () => run(owner, counted, input).dispose();
    for (let i = 0; i < 3; i++) once();
    const before = { calls, tensors: held(), counted: tf.memory().numTensors };
    for (let i = 0; i < 300; i++) once();
    expect({ calls, tensors: held(), counted: tf.memory().numTensors }).toEqual(before);
    expect(await input.data()).toHaveLength(2 * 11 * 11 * 4);
    tf.dispose([...net.variables, input]);
  });
});
