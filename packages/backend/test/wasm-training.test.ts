import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type Tf } from '../src/node.js';
import { expectClose, on, running, tensor } from './compare.js';

let tf: Tf;

beforeAll(async () => {
  ({ tf } = await selectBackend({ require: 'wasm' }));
});

function momentumUpdate(inputs: Record<string, Tensor>, rule: object): Tensor[] {
  return tf.engine().runKernel('AlexNetMomentumUpdate', inputs, rule as never) as never;
}

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

interface Case {
  readonly title: string;
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: Pad;
}

const cases: readonly Case[] = [
  {
    title: 'conv1 of AlexNet, small',
    x: [2, 31, 31, 3],
    filter: [11, 11, 3, 5],
    strides: 4,
    pad: 'valid',
  },
  { title: 'conv2: same padding', x: [3, 9, 9, 4], filter: [5, 5, 4, 6], strides: 1, pad: 'same' },
  {
    title: 'stride leaves rows unread',
    x: [2, 12, 11, 2],
    filter: [3, 3, 2, 3],
    strides: [4, 3],
    pad: 'valid',
  },
  {
    title: 'one-sided padding, as the 2012 input',
    x: [2, 13, 13, 2],
    filter: [5, 5, 2, 3],
    strides: 3,
    pad: [
      [0, 0],
      [0, 3],
      [0, 3],
      [0, 0],
    ],
  },
  {
    title: 'same padding with a stride',
    x: [1, 10, 7, 3],
    filter: [3, 2, 3, 4],
    strides: 2,
    pad: 'same',
  },
  {
    title: 'more images than are taken at once',
    x: [19, 7, 8, 3],
    filter: [3, 3, 3, 2],
    strides: [2, 1],
    pad: 'same',
  },
  { title: '1x1', x: [4, 5, 6, 7], filter: [1, 1, 7, 2], strides: 1, pad: 0 },
  {
    title: 'padding wider than the filter reaches',
    x: [2, 5, 5, 2],
    filter: [3, 3, 2, 2],
    strides: 1,
    pad: 4,
  },
  { title: 'batch of one, one channel', x: [1, 8, 8, 1], filter: [3, 3, 1, 1], strides: 2, pad: 1 },
];

describe('convolution gradients on wasm equal those of the cpu backend', () => {
  it.each(cases)('$title', async ({ x, filter, strides, pad }) => {
    const gradient = (which: 0 | 1) => () => {
      const conv = (a: Tensor, w: Tensor) =>
        tf.conv2d(a as never, w as never, strides, pad as never);
      const inputs = [tensor(tf, x, 1), tensor(tf, filter, 2)] as const;
      const output: Tensor = conv(...inputs);
      const dy = tensor(tf, output.shape, 3);
      const both = tf.grads((a, w) => conv(a as never, w as never))([...inputs], dy);
      return both[which] as Tensor;
    };
    for (const which of [0, 1] as const) {
      const reference = await on(tf, 'cpu', gradient(which));
      const kernel = which === 0 ? 'Conv2DBackpropInput' : 'Conv2DBackpropFilter';
      expectClose(await on(tf, 'wasm', running(kernel, gradient(which))), reference, 1e-4);
    }
  });
});

it.each([
  { x: [2, 9, 1, 3], filter: [3, 1, 3, 2], strides: 5, sides: [1, 1] },
  { x: [1, 2, 2, 2], filter: [1, 1, 2, 4], strides: 3, sides: [1, 0] },
  { x: [1, 1, 4, 2], filter: [1, 2, 2, 8], strides: 6, sides: [3, 0] },
] as const)('$filter on padding alone has no gradients on wasm', async (one) => {
  const { x, filter, strides, sides } = one;
  const pad = [[0, 0], sides, sides, [0, 0]] as never;
  const gradients = () =>
    tf.grads((a, w) => tf.conv2d(a as Tensor4D, w as Tensor4D, strides, pad))([
      tensor(tf, [...x], 1),
      tensor(tf, [...filter], 2),
    ]);
  for (const which of [0, 1]) {
    const work = () => gradients()[which] as Tensor;
    const reference = await on(tf, 'cpu', work);
    expect([...(await on(tf, 'wasm', work))]).toEqual([...reference].fill(0));
    expect(reference.every((value) => value === 0)).toBe(true);
  }
});

describe('matrix products on wasm equal those of the cpu backend', () => {
  it.each([
    { a: [3, 5], b: [5, 7], ta: false, tb: false },
    { a: [5, 3], b: [5, 7], ta: true, tb: false },
    { a: [3, 5], b: [70, 5], ta: false, tb: true },
    { a: [30, 5], b: [7, 5], ta: false, tb: true },
    { a: [5, 3], b: [7, 5], ta: true, tb: true },
    { a: [2, 5, 3], b: [2, 7, 5], ta: true, tb: true },
  ])('$a x $b, transposed $ta $tb', async ({ a, b, ta, tb }) => {
    const product = () => tf.matMul(tensor(tf, a, 1), tensor(tf, b, 2), ta, tb);
    const reference = await on(tf, 'cpu', product);
    // Only the sides tfjs would loop over are ours, and only single products.
    const isOurs = (ta || tb) && a.length === 2;
    const work = running('BatchMatMul', product, isOurs);
    expectClose(await on(tf, 'wasm', work), reference, 1e-4);
  });
});

describe('few rows by a dense kernel, plus bias, on wasm equal those of the cpu backend', () => {
  it.each([
    { rows: 1, depth: 4, columns: 8 },
    { rows: 8, depth: 36, columns: 1000 },
    { rows: 3, depth: 8, columns: 2056 },
    { rows: 33, depth: 8, columns: 16 },
    { rows: 2, depth: 5, columns: 3 },
  ])('$rows rows, [$depth, $columns]', async ({ rows, depth, columns }) => {
    const inputs = () => ({
      a: tensor(tf, [rows, depth], 1) as Tensor2D,
      b: tensor(tf, [depth, columns], 2) as Tensor2D,
      bias: tensor(tf, [columns], 3),
    });
    const reference = await on(tf, 'cpu', () => tf.fused.matMul(inputs()));
    const isOurs = rows <= 32 && depth % 4 === 0 && columns % 8 === 0;
    const product = running('_FusedMatMul', () => tf.fused.matMul(inputs()), isOurs);
    expectClose(await on(tf, 'wasm', product), reference, 1e-6);
    // A kernel that is used again and again goes to XNNPACK.
    const often = () => {
      const same = inputs();
      return tf.stack(Array.from({ length: 8 }, () => tf.fused.matMul(same)));
    };
    const all = await on(tf, 'wasm', often);
    for (let i = 0; i < 8; i++) {
      const size = reference.length;
      expectClose(all.subarray(i * size, (i + 1) * size), reference, 1e-6);
    }
  });
});

describe('weights updated in place', () => {
  const rule = { momentum: 0.9, learningRate: 0.5, decay: 0 };
  const update = (variable: Tensor) =>
    momentumUpdate(
      { variable, velocity: tf.zerosLike(variable), gradient: tf.onesLike(variable) },
      rule,
    )[1] as Tensor;

  it('are not used in the form XNNPACK packed before', async () => {
    const products = (a: Tensor2D, b: Tensor2D) => tf.fused.matMul({ a, b });
    const after = () => {
      const a = tensor(tf, [4, 8], 1) as Tensor2D;
      const b = tensor(tf, [8, 16], 2) as Tensor2D;
      for (let i = 0; i < 9; i++) products(a, b);
      return products(a, update(b) as Tensor2D);
    };
    const plain = () =>
      tf.matMul(tensor(tf, [4, 8], 1) as Tensor2D, tf.sub(tensor(tf, [8, 16], 2), 0.5) as Tensor2D);
    expectClose(await on(tf, 'wasm', after), await on(tf, 'cpu', plain), 1e-5);

    const x = () => tensor(tf, [1, 5, 5, 3], 1) as Tensor4D;
    const filter = () => tensor(tf, [3, 3, 3, 4], 2) as Tensor4D;
    const convolved = () => {
      const w = filter();
      tf.conv2d(x(), w, 1, 'same');
      return tf.conv2d(x(), update(w) as Tensor4D, 1, 'same');
    };
    const reference = () => tf.conv2d(x(), tf.sub<Tensor4D>(filter(), 0.5), 1, 'same') as Tensor;
    expectClose(await on(tf, 'wasm', convolved), await on(tf, 'cpu', reference), 1e-5);
  });

  it('keep their value where something else refers to it', async () => {
    await tf.setBackend('wasm');
    const variable = tf.tensor1d([1, 2, 3]);
    const before = variable.clone();
    const after = update(variable);
    expect([...before.dataSync(), ...after.dataSync()]).toEqual([1, 2, 3, 0.5, 1.5, 2.5]);
    tf.dispose([variable, before, after]);
  });
});

describe('max-pool gradients on wasm equal those of the cpu backend', () => {
  it.each([
    {
      title: 'overlapping, negative windows too',
      x: [2, 9, 9, 3],
      size: 3,
      strides: 2,
      pad: 'valid',
      relu: false,
    },
    { title: 'ties after ReLU', x: [2, 9, 9, 3], size: 3, strides: 2, pad: 'valid', relu: true },
    { title: 'the same, SIMD', x: [2, 9, 9, 12], size: 3, strides: 2, pad: 'valid', relu: true },
    { title: 'padding, SIMD', x: [2, 7, 8, 4], size: 3, strides: 2, pad: 'same', relu: false },
    {
      title: 'same padding',
      x: [1, 7, 8, 2],
      size: [2, 3],
      strides: [2, 3],
      pad: 'same',
      relu: false,
    },
    {
      title: 'rounded up, as Caffe pools',
      x: [2, 8, 8, 2],
      size: 3,
      strides: 2,
      pad: [
        [0, 0],
        [0, 1],
        [0, 1],
        [0, 0],
      ],
      relu: false,
    },
  ] as const)('$title', async ({ x, size, strides, pad, relu }) => {
    const gradient = () => {
      const pool = (a: Tensor): Tensor =>
        tf.maxPool(a as Tensor4D, size as never, strides as never, pad as never);
      const input = tf.sub(tensor(tf, [...x], 1), 0.5);
      const dy = tensor(tf, pool(input).shape, 2);
      return tf.grad(pool)(relu ? tf.relu(input) : input, dy);
    };
    const reference = await on(tf, 'cpu', gradient);
    expectClose(await on(tf, 'wasm', running('MaxPoolGrad', gradient)), reference, 1e-4);
  });
});

describe('the passes over memory on wasm equal those of the cpu backend', () => {
  it.each([
    { shape: [3, 4, 5, 6], axis: [0, 1, 2], keep: false },
    { shape: [3, 4, 5, 6], axis: [0, 1, 2], keep: true },
    { shape: [7, 6], axis: [0], keep: false },
    { shape: [7, 6], axis: [1], keep: false },
    { shape: [7], axis: [0], keep: false },
  ])('sum of $shape over $axis', async ({ shape, axis, keep }) => {
    const sum = () => tf.sum(tensor(tf, shape, 1), axis, keep);
    const reference = await on(tf, 'cpu', sum);
    const isOurs = shape.length > 1 && axis.length === shape.length - 1 && axis[0] === 0;
    expectClose(await on(tf, 'wasm', running('Sum', sum, isOurs)), reference, 1e-4);
    expect(tf.tidy(() => sum().shape)).toEqual(
      keep ? [1, 1, 1, 6] : shape.filter((_, i) => !axis.includes(i)),
    );
  });

  it.each([0, 0.0005])('momentum update with decay %d', async (decay) => {
    const rule = { momentum: 0.9, learningRate: 0.02, decay };
    for (const count of [3, 40, 4099]) {
      const inputs = () => ({
        variable: tensor(tf, [count], 1),
        velocity: tensor(tf, [count], 2),
        gradient: tensor(tf, [count], 3),
      });
      const plain = () => {
        const { variable, velocity, gradient } = inputs();
        const pull = tf.mul(tf.add(gradient, tf.mul(variable, decay)), rule.learningRate);
        const next = tf.sub(tf.mul(velocity, rule.momentum), pull);
        return tf.concat([next, tf.add(variable, next)]);
      };
      const fast = () => tf.concat(momentumUpdate(inputs(), rule));
      const work = running('AlexNetMomentumUpdate', fast);
      expectClose(await on(tf, 'wasm', work), await on(tf, 'cpu', plain), 1e-6);
    }
  });

  it('gradients of ReLU and response normalization', async () => {
    const x = () => tensor(tf, [2, 3, 3, 9], 1) as Tensor4D;
    const dy = () => tensor(tf, [2, 3, 3, 9], 2);
    const kernel = (name: string, inputs: Record<string, Tensor>, attrs: object) =>
      tf.engine().runKernel(name, inputs, attrs as never) as Tensor;
    const relu = () => kernel('AlexNetReluGrad', { dy: dy(), y: tf.relu(x()) }, {});
    const plainRelu = await on(tf, 'cpu', () => tf.grad((input) => tf.relu(input))(x(), dy()));
    expectClose(await on(tf, 'wasm', relu), plainRelu, 1e-4);

    const norm = (input: Tensor): Tensor =>
      tf.localResponseNormalization(input as Tensor4D, 2, 2, 1e-1, 0.75);
    const attrs = { depthRadius: 2, bias: 2, alpha: 1e-1, beta: 0.75 };
    const lrn = () => kernel('AlexNetLRNGrad', { x: x(), y: norm(x()), dy: dy() }, attrs);
    const plainLrn = await on(tf, 'cpu', () => tf.grad(norm)(x(), dy()));
    expectClose(await on(tf, 'wasm', lrn), plainLrn, 1e-4);
  });
});

it('neither leaks tensors nor packed filters over many steps', async () => {
  await tf.setBackend('wasm');
  const x = tensor(tf, [4, 12, 12, 8], 1);
  const filter = tensor(tf, [3, 3, 8, 16], 2);
  const step = () => {
    const dy = tensor(tf, [4, 6, 6, 16], 3);
    const [dx, dw] = tf.grads((a, w) => tf.conv2d(a as never, w as never, 2, 'same'))(
      [x, filter],
      dy,
    );
    tf.dispose([dx, dw, dy] as never);
  };
  const heap = () =>
    (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  for (let i = 0; i < 20; i++) step();
  const before = {
    tensors: tf.memory().numTensors,
    ids: tf.engine().backend.numDataIds(),
    heap: heap(),
  };
  for (let i = 0; i < 300; i++) step();
  expect({
    tensors: tf.memory().numTensors,
    ids: tf.engine().backend.numDataIds(),
    heap: heap(),
  }).toEqual(before);
  tf.dispose([x, filter]);
});
