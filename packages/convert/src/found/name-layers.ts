import type { LayerSpec } from '@alexnet/model';

/**
 * Names layers as presets do: `conv1`, `relu1`, `norm1`, `pool1`, … `fc6`; a second one of a kind
 * behind the same weights is `norm1_2`.
 */
export function nameLayers(layers: readonly LayerSpec[]): readonly LayerSpec[] {
  const taken = new Map<string, number>();
  let number = 0;
  return layers.map((layer) => {
    if (layer.op === 'conv' || layer.op === 'dense') number++;
    const name = `${stem(layer)}${layer.op === 'flatten' ? '' : number}`;
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return { ...layer, name: count === 1 ? name : `${name}_${count}` };
  });
}

function stem(layer: LayerSpec): string {
  switch (layer.op) {
    case 'dense':
      return 'fc';
    case 'activation':
      return layer.function;
    case 'lrn':
    case 'batchnorm':
      return 'norm';
    case 'mapnorm':
      return 'cnorm';
    case 'dropout':
      return 'drop';
    case 'globalpool':
      return 'gap';
    default:
      return layer.op;
  }
}
