import type { StoredTensors } from '../tensors/tensor-file.js';
import type { SourceModel } from './source-model.js';

/** What other libraries call the two parameters of a layer. */
const PARTS: Readonly<Record<string, string>> = {
  weights: 'weight',
  weight: 'weight',
  kernel: 'weight',
  W: 'weight',
  biases: 'bias',
  bias: 'bias',
  b: 'bias',
};

/** `conv1/weights`, `conv1/kernel:0`, `conv1.weight` and the like as `conv1.weight`. */
export function parameterName(name: string): string {
  const [, layer, part] = /^(.+)[/.]([A-Za-z_]+)(?::0)?$/.exec(name) ?? [];
  const known = part !== undefined && Object.hasOwn(PARTS, part) ? PARTS[part] : part;
  return layer === undefined ? name : `${layer}.${known}`;
}

/** The axis order of a file that does not say it: a conv1 filter is square, its inputs colors. */
export function layoutByShape(tensors: StoredTensors): SourceModel['layout'] {
  const conv = [...tensors.values()].find(({ shape }) => shape.length === 4);
  const [a, b, c] = conv?.shape ?? [];
  return a === b && c !== undefined && c <= 4 ? 'channels-last' : 'channels-first';
}
