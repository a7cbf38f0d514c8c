import { asText } from '@alexnet/files/pickle';
import { convolution, normalization, rounded } from '../alexnet/describe-spec.js';
import { FormatError } from '../format-error.js';
import { type ConvnetLayer, get, numberOf } from './layers.js';
import { isWeighted, type Stage } from './merge-towers.js';

const SKIPPED = new Set(['data', 'softmax', 'cost.logreg']);

/**
 * What the net computes, as `describeSpec` says it, read along one tower from the last layer with
 * weights down to the data; the other tower must have the same kinds of layers by construction.
 */
export function describeTower(
  layers: ReadonlyMap<string, ConvnetLayer>,
  stages: readonly Stage[],
): readonly string[] {
  const lines: string[] = [];
  let layer: ConvnetLayer | undefined = stages.at(-1)?.towers[0];
  for (let steps = 0; layer && steps <= layers.size; steps++) {
    const stage = stages.find(({ towers }) => towers.some((tower) => tower === layer));
    const groups = stage ? stage.groups : towersAt(layer, layers, stages);
    lines.unshift(...describe(layer, groups));
    // Towers are told apart by name: the first one is followed.
    layer = layers.get([...layer.inputs].sort()[0] ?? '');
  }
  return lines;
}

/** Towers side by side where a layer without weights stands: those of the stage below it. */
function towersAt(
  layer: ConvnetLayer,
  layers: ReadonlyMap<string, ConvnetLayer>,
  stages: readonly Stage[],
): number {
  let below: ConvnetLayer | undefined = layer;
  for (let steps = 0; below && !isWeighted(below) && steps <= layers.size; steps++) {
    below = layers.get(below.inputs[0] ?? '');
  }
  return stages.find(({ towers }) => towers.some((tower) => tower === below))?.towers.length ?? 1;
}

function describe(layer: ConvnetLayer, groups: number): readonly string[] {
  const { type } = layer;
  switch (type) {
    case 'conv': {
      const side = numberOf(layer, 'filterSize');
      const stride = numberOf(layer, 'stride');
      const start = -numberOf(layer, 'padding'); // stored negated
      const image = numberOf(layer, 'imgSize');
      const windows = numberOf(layer, 'modulesX');
      // The windows may hang over the far edges, where the kernels read zeros.
      const end = (windows - 1) * stride + side - image - start;
      return [convolution([side, side], [stride, stride], [start, start, end, end], groups)];
    }
    case 'fc':
      return ['dense'];
    case 'pool': {
      const size = numberOf(layer, 'sizeX');
      const stride = numberOf(layer, 'stride');
      const kind = asText(layer.fields.get('pool'), 'a pool kind');
      return [`${kind} ${[size, size]} / ${[stride, stride]}`];
    }
    case 'cmrnorm':
    case 'rnorm': {
      // `scale` was divided by the window's size when the file was written (layer.py:1183).
      const constants = {
        size: numberOf(layer, 'size'),
        sumCoeff: numberOf(layer, 'scale'),
        beta: numberOf(layer, 'pow'),
        k: type === 'cmrnorm' ? numberOf(layer, 'minDiv', 1) : 1,
      };
      return type === 'cmrnorm'
        ? [normalization('lrn', constants, groups)]
        : [normalization('mapnorm', constants)];
    }
    case 'neuron': {
      const neuron = layer.fields.get('neuron');
      const kind = get(neuron ?? null, 'type') ?? neuron;
      return [asText(kind, 'a neuron type').replace('logistic', 'sigmoid')];
    }
    case 'hs':
      return [`scale ${rounded(numberOf(layer, 'keep'))}`];
    default:
      if (SKIPPED.has(type)) return [];
      throw new FormatError('unsupported', `cuda-convnet: a ${type} layer`);
  }
}
