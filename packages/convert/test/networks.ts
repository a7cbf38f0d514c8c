import { createSpec, type NetworkSpec, parameterShapes, type SpecModifiers } from '@alexnet/model';
import type { Weight } from '../src/index.js';

type Case = readonly [preset: Parameters<typeof createSpec>[0], modifiers?: SpecModifiers];

/** Small networks that together have every kind of layer, head, padding and flatten. */
const CASES: Readonly<Record<string, Case>> = {
  alexnet: ['alexnet', { width: 1 / 16, classes: 10 }],
  paper: ['paper', { width: 1 / 16, classes: 10 }],
  original2012: ['original2012', { width: 1 / 16, classes: 10 }],
  caffe: ['caffe', { width: 1 / 16, classes: 10 }],
  caffenet: ['caffenet', { width: 1 / 16, classes: 10 }],
  torchvision: ['torchvision', { width: 1 / 16, classes: 10 }],
  lenet5: ['lenet5'],
  'batch norm': ['paper', { width: 1 / 16, classes: 10, norm: 'batch' }],
  'conv head': ['caffe', { width: 1 / 16, classes: 10, head: 'conv' }],
  'gap head, average pools, tanh': [
    'alexnet',
    { width: 1 / 16, classes: 10, head: 'gap', pool: 'avg', activation: 'tanh' },
  ],
  'small wide input': [
    'alexnet',
    {
      width: 1 / 16,
      classes: 5,
      input: { height: 65, width: 97 },
      conv1: { stride: 2, rounding: 'floor' },
      activation: 'sigmoid',
    },
  ],
};

export const NETWORKS: readonly (readonly [name: string, spec: NetworkSpec])[] = Object.entries(
  CASES,
).map(([name, [preset, modifiers]]) => [name, createSpec(preset, modifiers)]);

/** Numbers without structure, the same everywhere: a multiplicative congruential generator. */
export function noise(length: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) % 2147483647;
  return Float32Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return state / 1073741823.5 - 1;
  });
}

/** Weights large enough that every layer matters; running variances stay positive. */
export function randomWeights(spec: NetworkSpec): Map<string, Weight> {
  return new Map(
    [...parameterShapes(spec)].map(([name, shape], index) => {
      const length = shape.reduce((product, side) => product * side, 1);
      const fanIn = shape.length > 1 ? length / (shape.at(-1) ?? 1) : 16;
      const data = noise(length, index + 1).map((value) =>
        name.endsWith('running_var') ? 0.5 + Math.abs(value) : value * Math.sqrt(6 / fanIn),
      );
      return [name, { shape, data }];
    }),
  );
}

/** Names, shapes and every bit of every number; much faster than a deep comparison. */
export function sameWeights(
  a: ReadonlyMap<string, Weight>,
  b: ReadonlyMap<string, Weight>,
): boolean {
  const bytes = ({ data }: Weight) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return (
    a.size === b.size &&
    [...a].every(([name, weight]) => {
      const other = b.get(name);
      return other?.shape.join() === weight.shape.join() && bytes(weight).equals(bytes(other));
    })
  );
}
