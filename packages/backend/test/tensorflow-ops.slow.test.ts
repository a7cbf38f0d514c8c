import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type Tf } from '../src/node.js';
import { expectClose, on, running, tensor, values } from './compare.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();
let tf: Tf;

const kernel = (name: string, inputs: Record<string, Tensor>, attrs: object) =>
  tf.engine().runKernel(name, inputs, attrs as never) as Tensor;

describe.skipIf(missing)(
  `fast ops of tensorflow against their plain twins ${missing ?? ''}`,
  () => {
    beforeAll(async () => {
      ({ tf } = await selectBackend({ require: 'tensorflow' }));
    });

    it.each([
      { shape: [3, 7, 5], from: 0, stream: 'fc6' },
      { shape: [3, 7, 5], from: 35, stream: 'fc6' },
      { shape: [1, 4_096], from: 4_095, stream: 'a longer name' },
      { shape: [2, 2], from: 0, stream: '' },
    ])('a dropout mask by ops that GPUs have: $shape from $from', async (attrs) => {
      const drawn = async (actsAsGpu: boolean, seed: number) => {
        Object.assign(tf.backend(), { actsAsGpu });
        const inputs = { seed: tf.scalar(seed, 'int32') };
        const mask = kernel('AlexNetDropoutMask', inputs, {
          ...attrs,
          threshold: 39_321,
          kept: 2.5,
        });
        Object.assign(tf.backend(), { actsAsGpu: false });
        return [...(await mask.data())];
      };
      for (const seed of [0, 1, -5, 2 ** 31 - 1, -(2 ** 31)]) {
        expect(await drawn(true, seed)).toEqual(await drawn(false, seed));
      }
    });

    it.each([
      { groups: 1, stride: 4, kernel: 11, pad: [0, 0, 0, 0], size: 31, channels: 3, out: 4 },
      { groups: 1, stride: 4, kernel: 11, pad: [0, 3, 0, 3], size: 28, channels: 3, out: 4 },
      { groups: 2, stride: 1, kernel: 5, pad: [2, 2, 2, 2], size: 9, channels: 6, out: 8 },
      { groups: 3, stride: 2, kernel: 3, pad: [1, 0, 0, 2], size: 10, channels: 6, out: 9 },
      // One filter a group, which oneDNN misreads.
      { groups: 2, stride: 1, kernel: 3, pad: [1, 1, 1, 1], size: 6, channels: 8, out: 2 },
      { groups: 1, stride: 2, kernel: 3, pad: [1, 0, 2, 0], size: 6, channels: 1, out: 1 },
    ])('convolution in $groups groups, stride $stride, pad $pad', async (c) => {
      const [top = 0, bottom = 0, left = 0, right = 0] = c.pad;
      const pad: [number, number][] = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      const x = () => tensor(tf, [2, c.size, c.size, c.channels], 1) as Tensor4D;
      const filter = () =>
        tensor(tf, [c.kernel, c.kernel, c.channels / c.groups, c.out], 2) as Tensor4D;
      const plain = (input: Tensor, kernels: Tensor): Tensor => {
        const padded = tf.pad(input, pad) as Tensor4D;
        if (c.groups === 1) return tf.conv2d(padded, kernels as Tensor4D, c.stride, 'valid');
        const parts = tf.split(padded, c.groups, 3);
        const filters = tf.split(kernels, c.groups, 3);
        return tf.concat(
          parts.map((part, i) =>
            tf.conv2d(part as Tensor4D, filters[i] as Tensor4D, c.stride, 'valid'),
          ),
          3,
        );
      };
      const attrs = { strides: [c.stride, c.stride], pad, groups: c.groups };
      const dyOf = (y: Tensor) => tensor(tf, y.shape, 3);

      const forward = await on(tf, 'cpu', () => plain(x(), filter()));
      const fast = () => kernel('AlexNetGroupedConv2D', { x: x(), filter: filter() }, attrs);
      expectClose(await on(tf, 'tensorflow', fast), forward, 1e-5);

      const gradients = (which: 0 | 1) => () =>
        tf.grads(plain)([x(), filter()], dyOf(plain(x(), filter())))[which] as Tensor;
      const dx = () => {
        const dy = dyOf(plain(x(), filter()));
        const inputShape = x().shape;
        return kernel(
          'AlexNetGroupedConv2DBackpropInput',
          { dy, filter: filter() },
          { ...attrs, inputShape },
        );
      };
      expectClose(await on(tf, 'tensorflow', dx), await on(tf, 'cpu', gradients(0)), 1e-5);
      const dw = () => {
        const dy = dyOf(plain(x(), filter()));
        const filterShape = filter().shape;
        return kernel(
          'AlexNetGroupedConv2DBackpropFilter',
          { x: x(), dy },
          { ...attrs, filterShape },
        );
      };
      expectClose(await on(tf, 'tensorflow', dw), await on(tf, 'cpu', gradients(1)), 1e-5);
    });

    it.each(['valid', 'same'] as const)('one channel by one filter, pad %s', async (pad) => {
      const filter = () => tensor(tf, [3, 2, 1, 1], 2) as Tensor4D;
      const plain = (x: Tensor): Tensor => tf.conv2d(x as Tensor4D, filter(), [2, 1], pad);
      const gradient = () => {
        const x = tensor(tf, [2, 6, 7, 1], 1);
        return tf.grad(plain)(x, tensor(tf, plain(x).shape, 3));
      };
      const own = running('Conv2DBackpropInput', gradient);
      expectClose(await on(tf, 'tensorflow', own), await on(tf, 'cpu', gradient), 1e-5);
    });

    it.each([
      { bias: 2, alpha: 1e-4, beta: 0.75, scale: 50 },
      { bias: 1, alpha: 2e-5, beta: 0.75, scale: 200 },
      { bias: 2, alpha: 1e-2, beta: 0.5, scale: 5 },
    ])('LRN and gradient with $bias, $alpha, $beta', async ({ bias, alpha, beta, scale }) => {
      const x = () => tf.mul(tensor(tf, [2, 3, 4, 9], 1), scale) as Tensor4D;
      const lrn = (input: Tensor): Tensor =>
        tf.localResponseNormalization(input as Tensor4D, 2, bias, alpha, beta);
      const reference = await on(tf, 'cpu', () => tf.grad(lrn)(x(), tensor(tf, [2, 3, 4, 9], 2)));
      const fast = () =>
        kernel(
          'AlexNetLRNGrad',
          { x: x(), y: lrn(x()), dy: tensor(tf, [2, 3, 4, 9], 2) },
          { depthRadius: 2, bias, alpha, beta },
        );
      expectClose(await on(tf, 'tensorflow', fast), reference, 1e-5);
      const forward = () => lrn(x());
      const ours = running('LRN', forward);
      expectClose(await on(tf, 'tensorflow', ours), await on(tf, 'cpu', forward), 1e-5);
    });

    it.each([
      { shape: [5, 3, 4, 9], epsilon: 1e-5 },
      { shape: [6, 10], epsilon: 1e-3 },
      { shape: [1, 1, 1, 3], epsilon: 1e-3 },
    ])('batch norm of $shape and its gradients', async ({ shape, epsilon }) => {
      const channels = shape.at(-1) as number;
      const given = () =>
        [tensor(tf, shape, 1), tensor(tf, [channels], 2), tensor(tf, [channels], 3)] as const;
      const dy = () => tensor(tf, shape, 4);
      const moments = () => tf.moments(given()[0], [...shape.keys()].slice(0, -1));
      const count = shape.reduce((product, length) => product * length, 1) / channels;
      const plain = (x: Tensor, scale: Tensor, shift: Tensor): Tensor => {
        const { mean, variance } = tf.moments(x, [...shape.keys()].slice(0, -1));
        return tf.batchNorm(
          x as Tensor4D,
          mean as Tensor1D,
          variance as Tensor1D,
          shift as Tensor1D,
          scale as Tensor1D,
          epsilon,
        );
      };
      const answers = [
        () => plain(...given()),
        () => moments().mean,
        () => tf.mul(moments().variance, count / Math.max(count - 1, 1)),
      ];
      const forward = () => {
        const [x, scale, shift] = given();
        return kernel('AlexNetBatchNorm', { x, scale, shift }, { epsilon }) as unknown as Tensor[];
      };
      const backward = () => {
        const [x, scale] = given();
        const [, , , kept0, kept1, kept2] = forward() as [Tensor, Tensor, Tensor, ...Tensor[]];
        const inputs = { dy: dy(), x, scale, kept0, kept1, kept2 } as Record<string, Tensor>;
        return kernel('AlexNetBatchNormGrad', inputs, { epsilon }) as unknown as Tensor[];
      };
      const gradients = () => tf.grads(plain)([...given()], dy());
      for (const [at, answer] of answers.entries()) {
        const ours = () => tf.add(forward()[at] as Tensor, at > 0 ? 1 : 0);
        const reference = () => tf.add(answer(), at > 0 ? 1 : 0);
        expectClose(await on(tf, 'tensorflow', ours), await on(tf, 'cpu', reference), 1e-5);
      }
      for (const at of [0, 1, 2]) {
        const ours = () => tf.add(backward()[at] as Tensor, 1);
        const reference = () => tf.add(gradients()[at] as Tensor, 1);
        expectClose(await on(tf, 'tensorflow', ours), await on(tf, 'cpu', reference), 1e-5);
      }
    });

    it('LRN in parts, one a thread, and with a window wider than the channels', async () => {
      const lrn = (radius: number, shape: number[]) => () =>
        tf.localResponseNormalization(tensor(tf, shape, 3) as Tensor4D, radius, 2, 0.1, 0.75);
      for (const run of [lrn(2, [3, 65, 64, 97]), lrn(4, [1, 2, 2, 3])]) {
        expectClose(
          await on(tf, 'tensorflow', running('LRN', run)),
          await on(tf, 'cpu', run),
          1e-5,
        );
      }
    });

    it.each([
      { a: [3, 5], b: [5, 7], ta: false, tb: false },
      { a: [1, 3, 5], b: [1, 5, 7], ta: false, tb: false },
      { a: [2, 3, 5], b: [2, 5, 7], ta: false, tb: false },
      { a: [5, 3], b: [7, 5], ta: true, tb: true },
    ])('product of $a and $b, transposed $ta $tb', async ({ a, b, ta, tb }) => {
      const product = () => tf.matMul(tensor(tf, a, 1), tensor(tf, b, 2), ta, tb);
      const isOurs = !ta && !tb && (a.length === 2 || a[0] === 1);
      const work = running('BatchMatMul', product, isOurs);
      expectClose(await on(tf, 'tensorflow', work), await on(tf, 'cpu', product), 1e-5);
      await tf.setBackend('tensorflow');
      const result = tf.tidy(product);
      expect(result.shape).toEqual([...a.slice(0, -2), 3, 7]);
      result.dispose();
    });

    it.each([
      { activation: 'relu', strides: 2, pad: 'valid' },
      { activation: 'linear', strides: 1, pad: 'same' },
      { activation: 'elu', strides: 1, pad: 'same' },
    ] as const)('convolution, bias, $activation at once, stride $strides', async (c) => {
      const { activation, strides, pad } = c;
      const inputs = () => [
        tensor(tf, [2, 9, 9, 3], 1),
        tensor(tf, [3, 3, 3, 8], 2),
        tensor(tf, [8], 3),
      ];
      const fused = (...[x, filter, bias]: Tensor[]): Tensor =>
        tf.fused.conv2d({
          x: x as Tensor4D,
          filter: filter as Tensor4D,
          bias: bias as Tensor,
          strides,
          pad,
          activation,
        });
      const all = () => {
        const y = fused(...inputs());
        return tf.concat(
          [y, ...tf.grads(fused)(inputs(), tensor(tf, y.shape, 4))].map((t) => tf.reshape(t, [-1])),
        );
      };
      const work = running('FusedConv2D', all, activation !== 'elu');
      expectClose(await on(tf, 'tensorflow', work), await on(tf, 'cpu', all), 1e-5);
    });

    it('ReLU gradient', async () => {
      const dy = () => tensor(tf, [50], 2);
      const reference = await on(tf, 'cpu', () =>
        tf.grad((x) => tf.relu(x))(tensor(tf, [50], 1), dy()),
      );
      const fast = () =>
        kernel('AlexNetReluGrad', { dy: dy(), y: tf.relu(tensor(tf, [50], 1)) }, {});
      expectClose(await on(tf, 'tensorflow', fast), reference, 1e-5);
    });

    it.each([0, 0.0005])('momentum update with decay %d', async (decay) => {
      const rule = { momentum: 0.9, learningRate: 0.02, decay };
      const inputs = () => ({
        variable: tensor(tf, [40], 1),
        velocity: tensor(tf, [40], 2),
        gradient: tensor(tf, [40], 3),
      });
      const reference = await on(tf, 'cpu', () => {
        const { variable, velocity, gradient } = inputs();
        const pull = tf.mul(tf.add(gradient, tf.mul(variable, decay)), rule.learningRate);
        const next = tf.sub(tf.mul(velocity, rule.momentum), pull);
        return tf.concat([next, tf.add(variable, next)]);
      });
      const fast = () =>
        tf.concat(kernel('AlexNetMomentumUpdate', inputs(), rule) as unknown as Tensor[]);
      expectClose(await on(tf, 'tensorflow', fast), reference, 1e-5);
    });

    it('holds its memory over 5,000 training steps', async () => {
      await tf.setBackend('tensorflow');
      const attrs = {
        strides: [1, 1],
        pad: [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        groups: 2,
      };
      let variable = tensor(tf, [3, 3, 2, 4], 1);
      let velocity = tf.zerosLike(variable);
      const pixels = values(4 * 8 * 8 * 4, 5).map((v) => 128 + 127 * v);
      const step = () => {
        const [v, w] = tf.tidy(() => {
          const x = tf.tensor(pixels, [4, 8, 8, 4]);
          const y = tf.relu(kernel('AlexNetGroupedConv2D', { x, filter: variable }, attrs));
          const n = tf.localResponseNormalization(y as Tensor4D, 2, 2, 1e-4, 0.75);
          const lrn = { depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 };
          const dn = kernel('AlexNetLRNGrad', { x: y, y: n, dy: n }, lrn);
          const dy = kernel('AlexNetReluGrad', { dy: dn, y }, {});
          const shape = { ...attrs, filterShape: variable.shape };
          const gradient = kernel('AlexNetGroupedConv2DBackpropFilter', { x, dy }, shape);
          const rule = { momentum: 0.9, learningRate: 1e-9, decay: 0.0005 };
          return kernel(
            'AlexNetMomentumUpdate',
            { variable, velocity, gradient },
            rule,
          ) as unknown as Tensor[];
        });
        tf.dispose([variable, velocity]);
        [velocity, variable] = [v as Tensor, w as Tensor];
      };
      const tensors = () =>
        (
          tf.backend() as unknown as { binding: { getNumOfTensors(): number } }
        ).binding.getNumOfTensors();
      for (let i = 0; i < 500; i++) step();
      const before = { tensors: tensors(), rss: process.memoryUsage().rss };
      for (let i = 0; i < 4_500; i++) step();
      expect(tensors()).toBe(before.tensors);
      // 4,500 steps that each lost one activation of 4 KiB would show as 18 MiB.
      expect(process.memoryUsage().rss - before.rss).toBeLessThan(16 * 2 ** 20);
      tf.dispose([variable, velocity]);
    });
  },
);
