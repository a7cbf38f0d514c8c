import type { LayerSpec, LrnSpec, NetworkSpec } from '@alexnet/model';

/**
 * What a network computes, a line a layer, without names and sizes. Readers describe what they find
 * in the same words, so that a file can be compared with the presets.
 */
export function describeSpec({ layers }: NetworkSpec): readonly string[] {
  return layers.flatMap(describeLayer);
}

function describeLayer(layer: LayerSpec): readonly string[] {
  switch (layer.op) {
    case 'conv': {
      const { kernel, stride, padding, groups } = layer;
      const { top, left, bottom, right } = padding;
      return [convolution(kernel, [stride, stride], [top, left, bottom, right], groups)];
    }
    case 'dense':
      return ['dense'];
    case 'activation':
      return [layer.function];
    case 'pool':
      return [`${layer.kind} ${[layer.size, layer.size]} / ${[layer.stride, layer.stride]}`];
    case 'lrn':
      return [normalization('lrn', layer, layer.groups)];
    case 'mapnorm':
      return [normalization('mapnorm', layer)];
    case 'batchnorm':
      return [`batchnorm ${rounded(layer.epsilon)}`];
    case 'globalpool':
      return ['globalpool'];
    case 'dropout':
      return layer.scaling === 'test' ? [`scale ${rounded(1 - layer.rate)}`] : [];
    case 'flatten':
      return [];
  }
}

export function convolution(
  kernel: readonly number[],
  strides: readonly number[],
  pads: readonly number[],
  groups: number,
): string {
  return `conv ${kernel} / ${strides} + ${pads} in ${groups}`;
}

/** `sumCoeff` multiplies the plain sum of squares. */
export function normalization(
  kind: 'lrn' | 'mapnorm',
  constants: Pick<LrnSpec, 'size' | 'sumCoeff' | 'beta' | 'k'>,
  groups = 1,
): string {
  const { size, sumCoeff, beta, k } = constants;
  return `${kind} ${[size, sumCoeff, beta, k].map(rounded).join(' ')} in ${groups}`;
}

/** Six digits, what a float32 keeps. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
