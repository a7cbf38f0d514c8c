import type { LayerSpec, NetworkSpec } from '@alexnet/model';
import { type MapSize, mapSizes } from './map-sizes.js';

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

/** Batch norm parameters as PyTorch names them: gamma, beta and the two running statistics. */
const BATCH_NORM = ['weight', 'bias', 'running_mean', 'running_var'];

/**
 * Every parameter of a network, in layer order, with its shape on both sides.
 *
 * The first dense layer after a flatten is the one place where the image's axes hide inside a
 * matrix: tfjs flattens `[h, w, c]`, every channels-first library `[c, h, w]`. Its input is
 * therefore seen with the three axes of the map that was flattened.
 */
export function parameterLayouts(spec: NetworkSpec): readonly ParameterLayout[] {
  const maps = mapSizes(spec);
  return spec.layers.flatMap((layer, index) => layerLayouts(layer, maps[index] ?? spec.input));
}

function layerLayouts(layer: LayerSpec, { height, width, channels }: MapSize): ParameterLayout[] {
  const { name } = layer;
  switch (layer.op) {
    case 'conv': {
      const shape = [...layer.kernel, channels / layer.groups, layer.filters];
      const canonicalShape = permute(shape, CONV);
      return [
        { name: `${name}.weight`, shape, canonicalShape, view: shape, axes: CONV },
        vector(`${name}.bias`, layer.filters),
      ];
    }
    case 'dense': {
      const inputs = height * width * channels;
      const shape = [inputs, layer.units];
      const hidden = height * width > 1;
      const view = hidden ? [height, width, channels, layer.units] : shape;
      const axes = hidden ? CONV : DENSE;
      return [
        { name: `${name}.weight`, shape, canonicalShape: [layer.units, inputs], view, axes },
        vector(`${name}.bias`, layer.units),
      ];
    }
    case 'batchnorm':
      return BATCH_NORM.map((part) => vector(`${name}.${part}`, channels));
    default:
      return [];
  }
}

function vector(name: string, length: number): ParameterLayout {
  const shape = [length];
  return { name, shape, canonicalShape: shape, view: shape, axes: VECTOR };
}

export function permute(shape: readonly number[], axes: Axes): number[] {
  return axes.map((axis) => shape[axis] ?? 1);
}
