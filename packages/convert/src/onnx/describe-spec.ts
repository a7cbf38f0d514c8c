import type { LayerSpec, NetworkSpec } from '@alexnet/model';
import { convolution, normalisation, rounded } from './follow-graph.js';

/** A network in the lines {@link followGraph} makes of a graph, so that the two can be compared. */
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
      return layer.groups === 1
        ? [normalisation(layer.size, layer.sumCoeff, layer.beta, layer.k)]
        : ['lrn by tower'];
    case 'mapnorm':
      return ['mapnorm'];
    case 'batchnorm':
      return [`batchnorm ${rounded(layer.epsilon)}`];
    case 'globalpool':
      return ['globalpool'];
    case 'dropout':
      return layer.scaling === 'test' ? [`scale ${layer.rate}`] : [];
    case 'flatten':
      return [];
  }
}
