import { inferShapes } from './infer-shapes.js';
import type { LayerSpec } from './layer-spec.js';
import type { NetworkSpec } from './network-spec.js';

/** Role of a parameter in its layer. */
export type ParameterKind = 'weight' | 'bias' | 'scale' | 'shift' | 'running_mean' | 'running_var';

/** One parameter tensor a network has, in the order tfjs keeps them. */
export interface ParameterSpec {
  /** `conv1.weight`, `conv1.bias`, `norm1.running_mean`, … */
  readonly name: string;
  /** Name of its layer: `conv1`. */
  readonly layer: string;
  readonly kind: ParameterKind;
  /** False for running means and variances. */
  readonly trainable: boolean;
  /** tfjs layout: convolutions `[h, w, in / groups, out]`, dense `[in, out]`. */
  readonly shape: readonly number[];
}

/** Every parameter of a network with its shape, derived from the layer list. */
export function parameterSpecs(spec: NetworkSpec): readonly ParameterSpec[] {
  const shapes = inferShapes(spec);
  return spec.layers.flatMap((layer, index) => {
    const input = shapes[index]?.input ?? [];
    return layerParameters(layer, input[input.length - 1] ?? 0);
  });
}

/** Name to shape of every parameter, in the tfjs layout; what a weights file must hold for this network. */
export function parameterShapes(spec: NetworkSpec): Map<string, readonly number[]> {
  return new Map(parameterSpecs(spec).map(({ name, shape }) => [name, shape]));
}

/** Trainable numbers of every layer, weights and biases, in running order. */
export function parameterCounts(spec: NetworkSpec): readonly number[] {
  const counts = new Map(spec.layers.map(({ name }) => [name, 0]));
  for (const { layer, shape, trainable } of parameterSpecs(spec)) {
    const numbers = trainable ? shape.reduce((product, side) => product * side, 1) : 0;
    counts.set(layer, (counts.get(layer) ?? 0) + numbers);
  }
  return [...counts.values()];
}

function layerParameters(layer: LayerSpec, channels: number): ParameterSpec[] {
  const parameter = (
    suffix: string,
    kind: ParameterKind,
    shape: readonly number[],
    trainable = true,
  ): ParameterSpec => ({
    name: `${layer.name}.${suffix}`,
    layer: layer.name,
    kind,
    trainable,
    shape,
  });
  switch (layer.op) {
    case 'conv': {
      const shape = [...layer.kernel, channels / layer.groups, layer.filters];
      return [parameter('weight', 'weight', shape), parameter('bias', 'bias', [layer.filters])];
    }
    case 'dense':
      return [
        parameter('weight', 'weight', [channels, layer.units]),
        parameter('bias', 'bias', [layer.units]),
      ];
    case 'batchnorm':
      return [
        parameter('weight', 'scale', [channels]),
        parameter('bias', 'shift', [channels]),
        parameter('running_mean', 'running_mean', [channels], false),
        parameter('running_var', 'running_var', [channels], false),
      ];
    default:
      return [];
  }
}
