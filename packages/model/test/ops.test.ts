import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { buildNetwork } from '../src/network/build-network.js';
import { streamKey } from '../src/network/random-stream.js';
import { dropout } from '../src/ops/dropout.js';
import { maskValues } from '../src/ops/dropout-mask.js';
import { groupedConv2d } from '../src/ops/grouped-conv2d.js';
import type { DropoutAttributes } from '../src/ops/kernels.js';
import { relu } from '../src/ops/relu.js';
import { localResponseNorm } from '../src/ops/response-norm.js';
import { createSpec } from '../src/spec/create-spec.js';
import { relativeError } from './golden.js';
import { tf } from './tf.js';

const padding = { top: 1, left: 0, bottom: 2, right: 1 };
const options = { stride: 2, padding, groups: 2 };

function random(seed: number, ...shape: [number, number, number, number]): Tensor4D {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}

/** Value and gradients of Σ f(…)², on everything `f` takes. */
function valueAndGradients(f: (...inputs: Tensor4D[]) => Tensor, inputs: Tensor4D[]) {
  const { value, grads } = tf.valueAndGrads((...args) =>
    tf.sum(tf.square(f(...(args as Tensor4D[])))),
  )(inputs);
  return [value as Scalar, ...grads].map((tensor) => tensor.dataSync());
}

function expectClose(found: ArrayLike<number>[], wanted: ArrayLike<number>[]): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((values, index) => {
    expect(relativeError(values, wanted[index] ?? [])).toBeLessThan(1e-5);
  });
}

describe('a backend’s own kernels', () => {
  const calls: string[] = [];
  const names: string[] = [];
  afterEach(() => {
    for (const name of names.splice(0)) tf.unregisterKernel(name, 'cpu');
    calls.length = 0;
  });

  /** Registers a kernel that stands in for a backend's, written with block-diagonal full convolutions. */
  function register(kernelName: string, run: (inputs: Tensor4D[], attrs: Attributes) => Tensor) {
    names.push(kernelName);
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls.push(kernelName);
        // tfjs hands kernels the tensors themselves, typed as mere descriptions of them.
        return run(Object.values(inputs) as Tensor4D[], attrs as unknown as Attributes);
      },
    });
  }

  interface Attributes {
    readonly strides: [number, number];
    readonly pad: [[number, number], [number, number], [number, number], [number, number]];
    readonly groups: number;
    readonly activation: string;
    readonly inputShape: [number, number, number, number];
    readonly filterShape: [number, number, number, number];
  }

  /** `[kh, kw, in / groups, out]` to `[kh, kw, in, out]`, zeros where groups do not see each other. */
  function blockDiagonal(filter: Tensor4D, groups: number): Tensor4D {
    const share = filter.shape[2];
    const blocks = tf.split(filter, groups, 3).map((block, group) =>
      tf.pad(block, [
        [0, 0],
        [0, 0],
        [group * share, (groups - 1 - group) * share],
        [0, 0],
      ]),
    );
    return tf.concat(blocks, 3) as Tensor4D;
  }

  const full = (input: Tensor4D, weights: Tensor4D, { strides, pad, groups }: Attributes) =>
    tf.conv2d(input, blockDiagonal(weights, groups), strides, pad, 'NHWC', [1, 1], 'floor');

  function registerGradients(): void {
    register('AlexNetGroupedConv2DBackpropInput', ([dy, w], { strides, pad, groups, inputShape }) =>
      tf.conv2dTranspose(
        dy as Tensor4D,
        blockDiagonal(w as Tensor4D, groups),
        inputShape,
        strides,
        pad,
        'floor',
      ),
    );
    register(
      'AlexNetGroupedConv2DBackpropFilter',
      ([input, dy], { filterShape, groups, ...rest }) => {
        const [height, width, share, out] = filterShape;
        const all = tf.engine().runKernel(
          'Conv2DBackpropFilter',
          { x: input as Tensor4D, dy: dy as Tensor4D },
          {
            ...rest,
            dataFormat: 'NHWC',
            dimRoundingMode: 'floor',
            filterShape: [height, width, share * groups, out],
          },
        ) as Tensor4D;
        const blocks = tf
          .split(all, groups, 3)
          .map((block, group) =>
            tf.slice(block, [0, 0, group * share, 0], [height, width, share, out / groups]),
          );
        return tf.concat(blocks, 3);
      },
    );
  }

  it('run grouped convolution and both its gradients, equal to split, convolve, concatenate', () => {
    const x = random(1, 2, 7, 6, 4);
    const filter = random(2, 3, 3, 2, 6);
    const run = (a?: Tensor4D, b?: Tensor4D) => groupedConv2d(tf, a ?? x, b ?? filter, options);
    const plain = valueAndGradients(run, [x, filter]);
    register('AlexNetGroupedConv2D', ([a, b], attrs) => full(a as Tensor4D, b as Tensor4D, attrs));
    registerGradients();
    expectClose(valueAndGradients(run, [x, filter]), plain);
    expect(calls.sort()).toEqual([
      'AlexNetGroupedConv2D',
      'AlexNetGroupedConv2DBackpropFilter',
      'AlexNetGroupedConv2DBackpropInput',
    ]);
  });

  it('drop units on the way back as on the way there', () => {
    const x = random(3, 2, 3, 3, 5);
    const how = { rate: 0.4, kept: 2, seed: 9, stream: 'drop6', before: 1 };
    const run = (a?: Tensor4D) => dropout(tf, a ?? x, how);
    const plain = valueAndGradients(run, [x]);
    const seeds: number[] = [];
    register('AlexNetDropout', ([a, seed], attrs) => {
      seeds.push((seed as Tensor).dataSync()[0] as number);
      const { threshold, kept, from, stream } = attrs as unknown as DropoutAttributes;
      const { shape, size } = a as Tensor;
      const place = { from, to: from + size };
      const values = maskValues(place, threshold, kept, streamKey(how.seed, stream));
      return tf.mul(a as Tensor, tf.tensor(values, shape));
    });
    expect(valueAndGradients(run, [x])).toEqual(plain);
    expect(seeds).toEqual([9, 9]);
  });

  it('run convolutions and dense layers with bias and ReLU at once, equal to layer by layer', () => {
    const spec = createSpec('alexnet', {
      classes: 3,
      input: 32,
      width: 1 / 24,
      headWidth: 1 / 256,
      dropout: 0,
      init: 'he',
      conv1: { kernelSize: 5, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } },
      groups: 2,
    });
    const network = buildNetwork(tf, spec, { seed: 4 });
    const x = random(11, 2, 32, 32, 3);
    const variables = network.parameters.map(({ variable }) => variable);
    const run = () => {
      const loss = () => tf.sum(tf.square(network.forward(x, { training: true }))) as Scalar;
      const { value, grads } = tf.variableGrads(loss, variables);
      const slopes = variables.map(({ name }) => (grads[name] as Tensor).dataSync());
      return [value.dataSync(), ...slopes];
    };
    const layerByLayer = run();
    const finish = (sums: Tensor, bias: Tensor, activation: string) =>
      activation === 'relu' ? tf.relu(tf.add(sums, bias)) : tf.add(sums, bias);
    register('AlexNetFusedConv2D', ([input, filter, bias], attrs) =>
      finish(full(input as Tensor4D, filter as Tensor4D, attrs), bias as Tensor, attrs.activation),
    );
    register('AlexNetFusedDense', ([input, weight, bias], { activation }) =>
      finish(tf.matMul(input as Tensor, weight as Tensor), bias as Tensor, activation),
    );
    registerGradients();
    expectClose(run(), layerByLayer);
    const times = (name: string) => calls.filter((call) => call === name).length;
    expect(times('AlexNetFusedConv2D')).toBe(5);
    expect(times('AlexNetFusedDense')).toBe(2);
    // Nobody asks for the gradient of the images.
    expect(times('AlexNetGroupedConv2DBackpropInput')).toBe(4);
    const fused = network.forward(x).dataSync();
    // Where every output is asked for, each layer runs alone.
    calls.length = 0;
    const outputs = network.activations(x);
    expect(times('AlexNetFusedDense')).toBe(0);
    expect([...outputs.keys()]).toEqual(spec.layers.map(({ name }) => name));
    expectClose([fused], [[...outputs.values()].at(-1)?.dataSync() ?? []]);
    network.dispose();
  });

  it('run the gradient of LRN', () => {
    const x = random(3, 1, 3, 3, 8);
    const norm = { size: 5, k: 2, sumCoeff: 0.2, beta: 0.75 };
    register(
      'AlexNetLRNGrad',
      ([input, y, dy], attrs) =>
        tf
          .engine()
          .runKernel(
            'LRNGrad',
            { x: input as Tensor4D, y: y as Tensor4D, dy: dy as Tensor4D },
            { ...attrs },
          ) as Tensor,
    );
    const fast = valueAndGradients((a) => localResponseNorm(tf, a as Tensor4D, norm, 1), [x]);
    expect(calls).toEqual(['AlexNetLRNGrad']);
    tf.unregisterKernel(names.pop() ?? '', 'cpu');
    expectClose(
      valueAndGradients((a) => localResponseNorm(tf, a as Tensor4D, norm, 1), [x]),
      fast,
    );
  });

  it('run the gradient of ReLU', () => {
    const x = random(10, 1, 2, 2, 3);
    const own = valueAndGradients((a) => relu(tf, a as Tensor4D), [x]);
    register('AlexNetReluGrad', ([dy, y]) => tf.where(tf.greater(y as Tensor, 0), dy as Tensor, 0));
    expectClose(
      valueAndGradients((a) => relu(tf, a as Tensor4D), [x]),
      own,
    );
    expect(calls).toEqual(['AlexNetReluGrad']);
  });
});

describe('ReLU', () => {
  it('has the gradient of the stock operation, zero at zero', () => {
    const x = tf.tensor4d([-2, 0, 3, -0.5, 1, 4], [1, 1, 2, 3]);
    expectClose(
      valueAndGradients((a) => relu(tf, a as Tensor4D), [x]),
      valueAndGradients((a) => tf.relu(a as Tensor4D), [x]),
    );
  });
});

describe('grouped convolution', () => {
  it('of one group is convolution', () => {
    const x = random(4, 1, 6, 6, 4);
    const filter = random(5, 3, 3, 4, 2);
    const none = { top: 0, left: 0, bottom: 0, right: 0 };
    const one = groupedConv2d(tf, x, filter, { stride: 1, padding: none, groups: 1 });
    expect(one.arraySync()).toEqual(tf.conv2d(x, filter, 1, 'valid').arraySync());
  });

  it('leaves no tensor but its result', () => {
    const [x, filter] = [random(6, 1, 6, 6, 4), random(7, 3, 3, 2, 2)];
    const before = tf.memory().numTensors;
    groupedConv2d(tf, x, filter, options).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('local response normalization', () => {
  it('has the gradient of the stock operation', () => {
    const x = random(8, 2, 3, 4, 9);
    const norm = { size: 3, k: 1, sumCoeff: 0.5, beta: 0.6 };
    const own = valueAndGradients((a) => localResponseNorm(tf, a as Tensor4D, norm, 1), [x]);
    const stock = valueAndGradients(
      (a) => tf.localResponseNormalization(a as Tensor4D, 1, 1, 0.5, 0.6),
      [x],
    );
    expectClose(own, stock);
  });

  it('does not look across towers', () => {
    const x = random(9, 1, 2, 2, 8);
    const norm = { size: 5, k: 2, sumCoeff: 0.3, beta: 0.75 };
    const halves = tf
      .split(x, 2, 3)
      .map((half) => localResponseNorm(tf, half as Tensor4D, norm, 1));
    const apart = localResponseNorm(tf, x, norm, 2);
    expect(apart.arraySync()).toEqual(tf.concat(halves, 3).arraySync());
    const across = localResponseNorm(tf, x, norm, 1);
    expect(relativeError(apart.dataSync(), across.dataSync())).toBeGreaterThan(0.01);
  });
});
