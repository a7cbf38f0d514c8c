import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackendName, selectBackend } from '../../backend/src/node.js';
import {
  buildNetwork,
  createSpec,
  initialWeights,
  type LayerSpec,
  type Network,
  type NetworkSpec,
  type Tf,
  topK,
  validateSpec,
} from '../src/index.js';
import { layerShapes } from '../src/spec/infer-shapes.js';
import { GOLDENS, type Golden, readGolden, relativeError } from './golden.js';

/** What the suite needs to know about a backend. */
export interface ParityBackend {
  readonly name: string;
  /** Largest relative error against another backend (DESIGN section 9). */
  readonly tolerance: number;
  /** Selects the backend; throws with the reason where it cannot run here. */
  select(): Promise<Tf>;
}

/** The same for a backend this machine may lack; skipped with the reason then. */
export async function describeParityWhereAvailable(
  name: BackendName,
  tolerance: number,
): Promise<void> {
  const tf = await openBackend(name);
  if (typeof tf !== 'string') describeParity({ name, tolerance, select: async () => tf });
  else describe.skip(`parity on ${name}, skipped: ${tf}`, () => it('ladder', () => {}));
}

/** The backend, or the reason why this process cannot have it. */
export async function openBackend(name: BackendName): Promise<Tf | string> {
  try {
    return (await selectBackend({ require: name })).tf;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The parity ladder on one backend: numeric gradient of every layer, every activation of fixed
 * images, parameter gradients, logits and the order of classes against other backends.
 */
export function describeParity(backend: ParityBackend): void {
  describe(`parity on ${backend.name}`, () => {
    let tf: Tf;
    beforeAll(async () => {
      tf = await backend.select();
      expect(tf.getBackend()).toBe(backend.name);
    });

    describe('numeric gradients', () => {
      it.each(Object.entries(LAYERS))('%s', async (_, layers) => {
        await checkGradient(tf, layers, backend.tolerance);
      });
    });

    describe.each(GOLDENS)('%s against another backend', (preset) => {
      let golden: Golden;
      let network: Network;
      let images: Tensor4D;
      beforeAll(() => {
        golden = readGolden(preset);
        network = buildNetwork(tf, golden.spec);
        network.setWeights(golden.weights);
        images = tf.tensor4d(golden.images.data, [...golden.images.shape] as Shape4D);
      });
      afterAll(() => {
        network.dispose();
        images.dispose();
      });

      it('activations, logits and top-5', async () => {
        const found = network.activations(images);
        const errors: Record<string, number> = {};
        for (const [name, tensor] of found) {
          const wanted = golden.tensors.get(`activation.${name}`);
          if (wanted === undefined) continue;
          expect(tensor.shape, name).toEqual(wanted.shape);
          errors[name] = relativeError(await tensor.data(), wanted.data);
        }
        const wantedNames = [...golden.tensors.keys()].filter((name) =>
          name.startsWith('activation'),
        );
        expect(Object.keys(errors)).toHaveLength(wantedNames.length);
        for (const [name, error] of Object.entries(errors)) {
          expect(error, `${name} against ${golden.reference}`).toBeLessThan(backend.tolerance);
        }
        const logits = (await found.get('fc8')?.data()) ?? [];
        const wanted = golden.tensors.get('activation.fc8')?.data ?? [];
        const order = (row: ArrayLike<number>) =>
          topK(Array.from(row).slice(0, 5), 5).map(({ index }) => index);
        expect(order(logits)).toEqual(order(wanted));
        tf.dispose([...found.values()]);
      });

      if (!WITH_GRADIENTS.includes(preset)) return;
      it.each([true, false])('parameter gradients, training: %s', async (training) => {
        const labels = tf.oneHot(tf.tensor1d([0, 1], 'int32'), 5) as Tensor2D;
        const { value, grads } = tf.variableGrads(
          () =>
            tf.losses.softmaxCrossEntropy(labels, network.forward(images, { training })) as Scalar,
          network.parameters.map(({ variable }) => variable),
        );
        for (const { name, variable } of network.parameters) {
          const found = (await grads[variable.name]?.data()) ?? [];
          const wanted = golden.tensors.get(`gradient.${name}`)?.data ?? [];
          // Sums over pixels and images add up rounding: ten times the activations' tolerance.
          expect(relativeError(found, wanted), name).toBeLessThan(10 * backend.tolerance);
        }
        tf.dispose([value, labels, ...Object.values(grads)]);
      });
    });

    it('starts from the weights every backend starts from', async () => {
      const spec = createSpec('lenet5', { init: 'he' });
      const network = buildNetwork(tf, spec, { seed: 11 });
      expect(await network.getWeights()).toEqual(new Map(initialWeights(spec, 11)));
      network.dispose();
    });

    it('leaks nothing in a training step', async () => {
      const spec = createSpec('original2012', {
        input: 64,
        classes: 2,
        width: 1 / 16,
        headWidth: 1 / 64,
      });
      const network = buildNetwork(tf, spec);
      const images = tf.ones([1, 64, 64, 3]) as Tensor4D;
      const variables = network.parameters.map(({ variable }) => variable);
      const before = tf.memory().numTensors;
      const loss = () =>
        tf.mean(network.forward(images, { training: true, dropoutSeed: 1 })) as Scalar;
      const { value, grads } = tf.variableGrads(loss, variables);
      tf.dispose([value, ...Object.values(grads)]);
      expect(tf.memory().numTensors).toBe(before);
      network.dispose();
      images.dispose();
    });
  });
}

/** onnxruntime and the NumPy reference do not differentiate. */
const WITH_GRADIENTS: readonly string[] = ['alexnet', 'torchvision'];

type Shape4D = [number, number, number, number];
type Layers = readonly LayerSpec[];

const init = { weight: { kind: 'he' }, bias: 0.1 } as const;
const padding = { top: 0, left: 1, bottom: 2, right: 1 };
const window = { kernel: [3, 3], stride: 2, padding, rounding: 'floor', init } as const;
const same = { ...window, stride: 1, padding: { top: 1, left: 1, bottom: 1, right: 1 } };
const flatten = { op: 'flatten', name: 'flatten' } as const;
const norm = { size: 5, k: 2, sumCoeff: 0.1, beta: 0.75 };

/** One tiny network per kind of layer: maps of 7×6×4 in; what is under test comes first. */
const LAYERS: Record<string, Layers> = {
  conv: [{ op: 'conv', name: 'a', filters: 6, groups: 1, ...same }, flatten],
  'conv with padding of its own': [
    { op: 'conv', name: 'a', filters: 6, groups: 1, ...window },
    flatten,
  ],
  'grouped conv': [{ op: 'conv', name: 'a', filters: 6, groups: 2, ...same }, flatten],
  dense: [flatten, { op: 'dense', name: 'a', units: 6, init }],
  relu: [{ op: 'activation', name: 'a', function: 'relu' }, flatten],
  tanh: [{ op: 'activation', name: 'a', function: 'tanh' }, flatten],
  sigmoid: [{ op: 'activation', name: 'a', function: 'sigmoid' }, flatten],
  'max pool': [{ op: 'pool', name: 'a', kind: 'max', size: 3, stride: 2 }, flatten],
  'average pool': [{ op: 'pool', name: 'a', kind: 'avg', size: 3, stride: 2 }, flatten],
  lrn: [{ op: 'lrn', name: 'a', ...norm, groups: 1 }, flatten],
  'lrn per tower': [{ op: 'lrn', name: 'a', ...norm, groups: 2 }, flatten],
  'norm within a map': [{ op: 'mapnorm', name: 'a', ...norm, k: 1 }, flatten],
  'batch norm': [{ op: 'batchnorm', name: 'a', momentum: 0.9, epsilon: 1e-5 }, flatten],
  dropout: [{ op: 'dropout', name: 'a', rate: 0.5, scaling: 'train' }, flatten],
  'global pool': [{ op: 'globalpool', name: 'a' }],
};

/**
 * Compares the gradient of Σ (output · pattern) in a random direction of images and parameters
 * with a central difference, in training mode with a fixed mask.
 */
async function checkGradient(tf: Tf, layers: Layers, tolerance: number): Promise<void> {
  const spec = tinySpec(layers);
  const network = buildNetwork(tf, spec, { seed: 5 });
  const variables = network.parameters.filter((p) => p.trainable).map((p) => p.variable);
  const x = tf.variable(wavy(tf, [2, 7, 6, 4], 1));
  const target = wavy(tf, [2, spec.classes], 2);
  const loss = () =>
    tf.tidy(() => {
      const y = network.forward(x as Tensor4D, { training: true, dropoutSeed: 3 });
      return tf.sum(tf.mul(y, target)) as Scalar;
    });
  const all = [x, ...variables];
  const { value, grads } = tf.variableGrads(loss, all);
  const steps = all.map((variable, index) => wavy(tf, variable.shape, 3 + index));
  const slopes = all.map((variable, index) =>
    tf.sum(tf.mul(grads[variable.name] as Tensor, steps[index] as Tensor)),
  );
  const slope = (await Promise.all(slopes.map((t) => t.data()))).reduce(
    (s, [v]) => s + (v ?? 0),
    0,
  );
  const at = async (size: number) => {
    for (const [index, variable] of all.entries()) {
      tf.tidy(() => variable.assign(tf.add(variable, tf.mul(steps[index] as Tensor, size))));
    }
    const result = loss();
    const [number = Number.NaN] = await result.data();
    result.dispose();
    return number;
  };
  // float32: a step of 2⁻⁷ balances rounding against curvature.
  const h = 2 ** -7;
  const above = await at(h);
  const below = await at(-2 * h);
  expect(slope).not.toBe(0);
  expect(Math.abs((above - below) / (2 * h) - slope) / Math.abs(slope)).toBeLessThan(
    Math.max(2e-3, tolerance),
  );
  tf.dispose([value, x, target, ...Object.values(grads), ...steps, ...slopes]);
  network.dispose();
}

function tinySpec(layers: Layers): NetworkSpec {
  const input = { height: 7, width: 6, channels: 4 };
  const classes = layerShapes({ input, layers }).at(-1)?.output[0] ?? 0;
  return validateSpec({ preset: 'custom', input, classes, layers });
}

/** Values without ties or regularity, the same everywhere, none near zero where ReLU bends. */
function wavy(tf: Tf, shape: readonly number[], seed: number): Tensor {
  const length = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length }, (_, i) => {
    const value = Math.sin((i + 1) * (i + 3) * 0.37 + seed * 1.7);
    return value + Math.sign(value) * 0.1;
  });
  return tf.tensor(data, [...shape]);
}
