import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { countHits, crossEntropy } from '../src/step/cross-entropy.js';
import { tf } from './tiny.js';

describe('cross-entropy and hits of a backend’s own kernels', () => {
  const names: string[] = [];
  afterEach(() => {
    for (const name of names.splice(0)) tf.unregisterKernel(name, 'cpu');
  });
  const register = (kernelName: string, run: (...inputs: Tensor[]) => Tensor) => {
    names.push(kernelName);
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs }) => run(...(Object.values(inputs) as Tensor[])),
    });
  };

  it('are those of the operations, scaled on the way back as the loss is', () => {
    const logits = tf.randomNormal([5, 7], 0, 3, 'float32', 1) as Tensor2D;
    const hard = tf.oneHot([0, 3, 2, 6, 1], 7);
    const targets = tf.add(tf.mul(hard, 0.9), 0.1 / 7) as Tensor2D;
    const labels = tf.argMax(tf.add(logits, tf.mul(hard, 3)), 1) as Tensor1D;
    const lossOf = (a: Tensor) =>
      tf.mul(crossEntropy(tf, a as Tensor2D, targets), tf.scalar(1024)) as Scalar;
    const run = () => {
      const { value, grad } = tf.valueAndGrad(lossOf)(logits);
      return [value, grad].map((tensor) => tensor.dataSync());
    };
    const plain = run();
    const hits = countHits(tf, logits, labels);
    expect(hits.dtype).toBe('int32');

    register('AlexNetCrossEntropy', (a, b) =>
      tf.neg(tf.mean(tf.sum(tf.mul(b as Tensor, tf.logSoftmax(a as Tensor)), 1))),
    );
    register('AlexNetCrossEntropyGrad', (a, b, dy) => {
      const share = tf.sum(b as Tensor, 1, true);
      const slope = tf.sub(tf.mul(tf.softmax(a as Tensor2D), share), b as Tensor);
      return tf.mul(slope, tf.div(dy as Tensor, 5));
    });
    register('AlexNetCountHits', () => tf.scalar(-1, 'int32'));
    const fused = run();
    expect(fused[0]).toEqual(plain[0]);
    for (const [i, value] of (plain[1] ?? []).entries()) {
      expect(Math.abs((fused[1]?.[i] ?? Number.NaN) - value)).toBeLessThan(1e-4);
    }
    expect(countHits(tf, logits, labels).dataSync()[0]).toBe(-1);
  });
});
