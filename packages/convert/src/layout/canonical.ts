import type { NetworkSpec, Weight } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { type ParameterLayout, parameterLayouts, permute } from './parameter-layouts.js';
import { inverse, transpose } from './transpose.js';

/**
 * Weights from tfjs order to the order of the interchange file: conv `[h, w, in / groups, out]` to
 * `[out, in / groups, h, w]`, dense `[in, out]` to `[out, in]`, and the inputs of the first dense
 * layer from `[h, w, c]` to `[c, h, w]`. Vectors are passed through, not copied.
 *
 * @throws FormatError missing-tensor, unexpected-tensor, bad-shape
 */
export function toCanonical(
  spec: NetworkSpec,
  weights: ReadonlyMap<string, Weight>,
): Map<string, Weight> {
  return convert(spec, weights, canonicalWeight);
}

/** The reverse of {@link toCanonical}. @throws FormatError as it does */
export function fromCanonical(
  spec: NetworkSpec,
  canonical: ReadonlyMap<string, Weight>,
): Map<string, Weight> {
  return convert(spec, canonical, tfjsWeight);
}

/** One parameter from tfjs order to the file's. @throws FormatError bad-shape */
export function canonicalWeight(layout: ParameterLayout, weight: Weight): Weight {
  const { name, shape, canonicalShape, view, axes } = layout;
  checkShape(name, weight, shape);
  const { data } = weight;
  return { shape: canonicalShape, data: axes.length === 1 ? data : transpose(data, view, axes) };
}

/** One parameter from the file's order to tfjs's. @throws FormatError bad-shape */
export function tfjsWeight(layout: ParameterLayout, weight: Weight): Weight {
  const { name, shape, canonicalShape, view, axes } = layout;
  checkShape(name, weight, canonicalShape);
  if (axes.length === 1) return { shape, data: weight.data };
  return { shape, data: transpose(weight.data, permute(view, axes), inverse(axes)) };
}

function convert(
  spec: NetworkSpec,
  weights: ReadonlyMap<string, Weight>,
  reorder: (layout: ParameterLayout, weight: Weight) => Weight,
): Map<string, Weight> {
  const result = new Map<string, Weight>();
  for (const layout of parameterLayouts(spec)) {
    const weight = weights.get(layout.name);
    if (!weight) {
      throw new FormatError(
        'missing-tensor',
        `the network needs "${layout.name}", the weights lack it`,
      );
    }
    result.set(layout.name, reorder(layout, weight));
  }
  for (const name of weights.keys()) {
    if (!result.has(name)) {
      throw new FormatError('unexpected-tensor', `the network has no parameter "${name}"`);
    }
  }
  return result;
}

function checkShape(name: string, { shape, data }: Weight, expected: readonly number[]): void {
  const same = shape.length === expected.length && shape.every((n, axis) => n === expected[axis]);
  const elements = expected.reduce((product, side) => product * side, 1);
  if (!same || data.length !== elements) {
    throw new FormatError(
      'bad-shape',
      `"${name}" has shape [${shape}] and ${data.length} numbers, the network needs [${expected}]`,
    );
  }
}
