import type { NetworkSpec } from '@alexnet/model';

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
 * The first dense layer after a flatten is the one place where the picture's axes hide inside a
 * matrix: tfjs flattens `[h, w, c]`, every channels-first library `[c, h, w]`. Its input is
 * therefore seen with the three axes of the map that was flattened.
 */
export function parameterLayouts(spec: NetworkSpec): readonly ParameterLayout[] {
  const layouts: ParameterLayout[] = [];
  const vector = (name: string, length: number) => {
    const shape = [length];
    layouts.push({ name, shape, canonicalShape: shape, view: shape, axes: VECTOR });
  };
  let { height, width, channels } = spec.input;
  for (const layer of spec.layers) {
    if (layer.op === 'conv') {
      const [kernelHeight, kernelWidth] = layer.kernel;
      const shape = [kernelHeight, kernelWidth, channels / layer.groups, layer.filters];
      const name = `${layer.name}.weight`;
      layouts.push({ name, shape, canonicalShape: permute(shape, CONV), view: shape, axes: CONV });
      vector(`${layer.name}.bias`, layer.filters);
      const { top, bottom, left, right } = layer.padding;
      height = windows(height + top + bottom, kernelHeight, layer.stride);
      width = windows(width + left + right, kernelWidth, layer.stride);
      channels = layer.filters;
    } else if (layer.op === 'pool') {
      height = windows(height, layer.size, layer.stride);
      width = windows(width, layer.size, layer.stride);
    } else if (layer.op === 'globalpool') {
      height = 1;
      width = 1;
    } else if (layer.op === 'dense') {
      const inputs = height * width * channels;
      const shape = [inputs, layer.units];
      const hidden = height * width > 1;
      layouts.push({
        name: `${layer.name}.weight`,
        shape,
        canonicalShape: [layer.units, inputs],
        view: hidden ? [height, width, channels, layer.units] : shape,
        axes: hidden ? CONV : DENSE,
      });
      vector(`${layer.name}.bias`, layer.units);
      height = 1;
      width = 1;
      channels = layer.units;
    } else if (layer.op === 'batchnorm') {
      for (const part of BATCH_NORM) vector(`${layer.name}.${part}`, channels);
    }
  }
  return layouts;
}

/** Positions of a window along one side; what does not fill a last window is dropped. */
function windows(side: number, window: number, stride: number): number {
  return Math.floor((side - window) / stride) + 1;
}

export function permute(shape: readonly number[], axes: Axes): number[] {
  return axes.map((axis) => shape[axis] ?? 1);
}
