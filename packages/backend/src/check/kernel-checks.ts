import type { AlexNetKernels } from '@alexnet/model';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';
import type { Check } from './check.js';
import { LAYER_CHECK } from './layer-check.js';
import { ramp } from './ramp.js';

const kernel = (tf: Tf, name: keyof AlexNetKernels | 'LRNGrad', inputs: object, attrs = {}) =>
  tf.engine().runKernel(name, { ...inputs } as never, attrs) as Tensor;

/** One tile of the products and a little more, of rows, terms and columns. */
const ROWS = 132;
const DEPTH = 36;
const COLUMNS = 68;

const dense = (tf: Tf) => ({
  x: ramp<Tensor2D>(tf, [ROWS, DEPTH], 3),
  weight: ramp<Tensor2D>(tf, [DEPTH, COLUMNS], 5),
  bias: ramp<Tensor1D>(tf, [COLUMNS], 7),
});
const transposed = (tf: Tf) => [
  tf.matMul(ramp<Tensor2D>(tf, [DEPTH, ROWS], 3), ramp<Tensor2D>(tf, [DEPTH, COLUMNS], 5), true),
];

const OUTPUT = [2, 9, 9, 8];
const grouped = (tf: Tf) => ({
  x: ramp<Tensor4D>(tf, [2, 9, 9, 8], 3),
  filter: ramp<Tensor4D>(tf, [3, 3, 4, 8], 5),
  bias: ramp<Tensor1D>(tf, [8], 7),
});
const ones = [1, 1];
const WINDOW = { strides: ones, pad: [[0, 0], ones, ones, [0, 0]], groups: 2 };

function groupedLayer(tf: Tf): Tensor {
  return kernel(tf, 'AlexNetFusedConv2D', grouped(tf), { ...WINDOW, activation: 'relu' });
}

function plainGroupedLayer(tf: Tf, x: Tensor4D, filter: Tensor4D, bias: Tensor): Tensor {
  const filters = tf.split(filter, 2, 3);
  const maps = tf
    .split(x, 2, 3)
    .map((part, group) => tf.conv2d(part as Tensor4D, filters[group] as Tensor4D, 1, 'same'));
  return tf.relu(tf.add(tf.concat(maps, 3), bias));
}

const RESPONSE_NORM = { depthRadius: 2, bias: 2, alpha: 1e-2, beta: 0.75 };
const normalized = (tf: Tf) => {
  const x = ramp<Tensor4D>(tf, [1, 3, 5, 24], 3);
  const { depthRadius, bias, alpha, beta } = RESPONSE_NORM;
  const y = tf.localResponseNormalization(x, depthRadius, bias, alpha, beta);
  return { x, y, dy: ramp(tf, x.shape, 5) };
};

const logits = (tf: Tf) => tf.mul(ramp<Tensor2D>(tf, [9, 35], 3), 8) as Tensor2D;
const targets = (tf: Tf) => tf.softmax(ramp<Tensor2D>(tf, [9, 35], 5));

/** More channels and pixels than those up to which a convolution is left to tfjs. */
const largeConvolution = (tf: Tf) => [
  tf.conv2d(
    ramp<Tensor4D>(tf, [1, 46, 46, 128], 3),
    ramp<Tensor4D>(tf, [1, 1, 128, 4], 5),
    1,
    'valid',
  ),
];

/** Units that stay of 32 dropped by half, with that seed and stream, as every backend draws them. */
export const MASK = {
  seed: 7,
  stream: 'check',
  threshold: 32_768,
  stays: '00010010011111111111010011101110',
};

/** What is compared before a backend is trusted: the layers of tfjs first, then kernels of this package. */
export const CHECKS: readonly Check[] = [
  LAYER_CHECK,
  {
    name: 'dense layer of a batch',
    kernels: ['AlexNetFusedDense'],
    isEssential: true,
    run: (tf) => [kernel(tf, 'AlexNetFusedDense', dense(tf), { activation: 'relu' })],
    plain(tf) {
      const { x, weight, bias } = dense(tf);
      return [tf.relu(tf.add(tf.matMul(x, weight), bias))];
    },
  },
  {
    name: 'grouped convolution with bias and ReLU',
    kernels: ['AlexNetFusedConv2D'],
    isEssential: true,
    run: (tf) => [groupedLayer(tf)],
    plain(tf) {
      const { x, filter, bias } = grouped(tf);
      return [plainGroupedLayer(tf, x, filter, bias)];
    },
  },
  {
    name: 'gradient of response normalization',
    kernels: ['AlexNetLRNGrad'],
    isEssential: true,
    run: (tf) => [kernel(tf, 'AlexNetLRNGrad', normalized(tf), RESPONSE_NORM)],
    plain: (tf) => [kernel(tf, 'LRNGrad', normalized(tf), RESPONSE_NORM)],
  },
  {
    name: 'gradients of a grouped convolution',
    kernels: [
      'AlexNetFusedConv2D',
      'AlexNetReluGrad',
      'AlexNetGroupedConv2DBackpropInput',
      'AlexNetGroupedConv2DBackpropFilter',
    ],
    isEssential: false,
    run(tf) {
      const { x, filter } = grouped(tf);
      const dy = kernel(tf, 'AlexNetReluGrad', { dy: ramp(tf, OUTPUT, 9), y: groupedLayer(tf) });
      const ofInput = { ...WINDOW, inputShape: x.shape };
      const ofFilter = { ...WINDOW, filterShape: filter.shape };
      return [
        kernel(tf, 'AlexNetGroupedConv2DBackpropInput', { dy, filter }, ofInput),
        kernel(tf, 'AlexNetGroupedConv2DBackpropFilter', { x, dy }, ofFilter),
        tf.sum(dy, [0, 1, 2]),
      ];
    },
    plain(tf) {
      const { x, filter, bias } = grouped(tf);
      const layer = (...inputs: Tensor[]) =>
        plainGroupedLayer(tf, ...(inputs as [Tensor4D, Tensor4D, Tensor]));
      return tf.grads(layer)([x, filter, bias], ramp(tf, OUTPUT, 9));
    },
  },
  {
    name: 'transposed product',
    kernels: ['AlexNetFusedDense'],
    isEssential: false,
    run: transposed,
    plain: transposed,
  },
  {
    name: 'convolution of many channels',
    kernels: ['AlexNetFusedConv2D'],
    isEssential: false,
    run: largeConvolution,
    plain: largeConvolution,
  },
  {
    name: 'cross-entropy and its gradient',
    kernels: ['AlexNetCrossEntropy', 'AlexNetCrossEntropyGrad'],
    isEssential: false,
    run(tf) {
      const inputs = { logits: logits(tf), targets: targets(tf) };
      return [
        kernel(tf, 'AlexNetCrossEntropy', inputs),
        kernel(tf, 'AlexNetCrossEntropyGrad', { ...inputs, dy: tf.scalar(1) }),
      ];
    },
    plain(tf) {
      const loss = (x: Tensor) => tf.losses.softmaxCrossEntropy(targets(tf), x);
      return [loss(logits(tf)), tf.grad(loss)(logits(tf))];
    },
  },
  {
    name: 'dropout',
    kernels: ['AlexNetDropout'],
    isEssential: false,
    run(tf) {
      const { seed, stream, threshold, stays } = MASK;
      const attrs = { threshold, kept: 2, stream, from: 0 };
      const inputs = { x: tf.ones([stays.length]), seed: tf.scalar(seed, 'int32') };
      return [kernel(tf, 'AlexNetDropout', inputs, attrs)];
    },
    plain: (tf) => [tf.tensor1d([...MASK.stays].map((stays) => 2 * Number(stays)))],
  },
];
