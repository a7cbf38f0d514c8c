import { type FeatureShape, inferShapes, type NetworkSpec, parameterSpecs } from '@alexnet/model';

/** A tensor axis order: output axis i is input axis `axes[i]`. */
export type Axes = readonly number[];

/** Where one parameter's numbers lie in tfjs and in the interchange file. */
export interface ParameterLayout {
  readonly name: string;
  /** Shape in tfjs: conv `[h, w, in / groups, out]`, dense `[in, out]`, vectors `[n]`. */
  readonly shape: readonly number[];
  /** Shape in the file: conv `[out, in / groups, h, w]`, dense `[out, in]`, vectors `[n]`. */
  readonly canonicalShape: readonly number[];
  /** The tfjs numbers seen with every axis that moves; same element count as `shape`. */
  readonly view: readonly number[];
  /** Transposing `view` by these gives the file's order. */
  readonly axes: Axes;
}

/** [h, w, in, out] to [out, in, h, w], and [in, out] to [out, in]. */
const CONV: Axes = [3, 2, 0, 1];
const DENSE: Axes = [1, 0];
const VECTOR: Axes = [0];

/**
 * Every parameter of a network, in layer order, with its shape on both sides.
 *
 * The first dense layer after a flatten is the one place where the image's axes hide inside a
 * matrix: tfjs flattens `[h, w, c]`, every channels-first library `[c, h, w]`. Its input is
 * therefore seen with the three axes of the map that was flattened.
 *
 * @throws ModelError where the layers make no network
 */
export function parameterLayouts(spec: NetworkSpec): readonly ParameterLayout[] {
  const flattened = flattenedMaps(spec);
  return parameterSpecs(spec).map(({ name, layer, shape }) => {
    if (shape.length === 1) {
      return { name, shape, canonicalShape: shape, view: shape, axes: VECTOR };
    }
    if (shape.length === 4) {
      return { name, shape, canonicalShape: permute(shape, CONV), view: shape, axes: CONV };
    }
    const [height = 1, width = 1, channels = 1] = flattened.get(layer) ?? [];
    const hidden = height * width > 1;
    const view = hidden ? [height, width, channels, shape[1] ?? 1] : shape;
    const axes = hidden ? CONV : DENSE;
    return { name, shape, canonicalShape: permute(shape, DENSE), view, axes };
  });
}

/** The map `[h, w, c]` that each first dense layer after a flatten sees, by that layer's name. */
function flattenedMaps(spec: NetworkSpec): ReadonlyMap<string, FeatureShape> {
  const found = new Map<string, FeatureShape>();
  let map: FeatureShape | null = null;
  for (const { op, name, input } of inferShapes(spec)) {
    if (op === 'flatten') map = input;
    if (op !== 'dense') continue;
    if (map) found.set(name, map);
    map = null;
  }
  return found;
}

export function permute(shape: readonly number[], axes: Axes): number[] {
  return axes.map((axis) => shape[axis] ?? 1);
}
