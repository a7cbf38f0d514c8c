import type { LayerSpec, NetworkSpec } from '@alexnet/model';

/**
 * What tells a network from others of the same shapes, in one line for a person who has to say which
 * one it is: `227 px, unpadded; relu, max pool, LRN (k 2, α/n 0.0001); one tower`.
 */
export function describeNetwork({ input, layers }: NetworkSpec): string {
  const conv = layers.find((layer) => layer.op === 'conv');
  const { top = 0, right = 0 } = conv?.padding ?? {};
  const padding =
    top === 0 && right === 0
      ? 'unpadded'
      : `padded by ${top === right ? top : `${top} and ${right}`}`;
  const second = layers.findIndex((layer) => layer.op === 'conv' && layer !== conv);
  const steps = layers.slice(1, second < 0 ? undefined : second).flatMap(inWords);
  const towers = layers.some((layer) => layer.op === 'conv' && layer.groups > 1);
  return `${input.height} px, ${padding}; ${steps.join(', ')}; ${towers ? 'two towers' : 'one tower'}`;
}

function inWords(layer: LayerSpec): readonly string[] {
  switch (layer.op) {
    case 'activation':
      return [layer.function];
    case 'pool':
      return [`${layer.kind} pool`];
    case 'lrn':
      return [`LRN (k ${layer.k}, α/n ${layer.sumCoeff})`];
    case 'mapnorm':
      return ['norm within maps'];
    case 'batchnorm':
      return ['batch norm'];
    default:
      return [];
  }
}
