import { ModelError } from '../model-error.js';
import { type FeatureShape, inferShapes } from '../spec/infer-shapes.js';
import type { LayerSpec, Padding } from '../spec/layer-spec.js';
import type { NetworkSpec } from '../spec/network-spec.js';
import { parameterCounts } from '../spec/parameter-shapes.js';
import { windowsOf } from '../spec/window.js';

/** One line of the layer table, for one image. */
export interface LayerRow {
  readonly name: string;
  readonly op: LayerSpec['op'];
  readonly output: FeatureShape;
  /** Window in pixels; null where the layer has none. */
  readonly filter: readonly [height: number, width: number] | null;
  /** Pixels; null where the layer has no window. */
  readonly stride: number | null;
  /** Zero pixels; null where the layer is not a convolution. */
  readonly padding: Padding | null;
  /** Blocks of channels that do not see each other; 1 everywhere but in two towers. */
  readonly groups: number;
  /** Trainable weights and biases. */
  readonly parameters: number;
  /** Multiply-adds of convolutions and dense layers, one MAC each; biases and other layers count 0. */
  readonly macs: number;
  /** Bytes of the output as float32. */
  readonly activationBytes: number;
  /** Input pixels one output can see, including those outside the image. */
  readonly receptiveField: readonly [height: number, width: number];
  /** Input pixels between neighboring outputs. */
  readonly receptiveStride: readonly [down: number, across: number];
}

const FLOAT32_BYTES = 4;

/**
 * What every layer gives, holds and costs, computed from the layer list.
 *
 * @throws {ModelError} As {@link inferShapes}.
 */
export function layerTable(spec: NetworkSpec): readonly LayerRow[] {
  let field: [number, number] = [1, 1];
  let step: [number, number] = [1, 1];
  const shapes = inferShapes(spec);
  const counts = parameterCounts(spec);
  return spec.layers.map((layer, index) => {
    const shape = shapes[index];
    if (shape === undefined) throw new ModelError('bad-argument', `${layer.name}: no shape.`);
    const { input, output } = shape;
    const kernel = windowSeenBy(layer, input);
    const stride = layer.op === 'conv' || layer.op === 'pool' ? layer.stride : null;
    field = [field[0] + (kernel[0] - 1) * step[0], field[1] + (kernel[1] - 1) * step[1]];
    step = [step[0] * (stride ?? 1), step[1] * (stride ?? 1)];
    return {
      name: layer.name,
      op: layer.op,
      output,
      filter: layer.op === 'conv' || layer.op === 'pool' ? kernel : null,
      stride,
      padding: layer.op === 'conv' || layer.op === 'pool' ? (layer.padding ?? null) : null,
      groups: layer.op === 'conv' || layer.op === 'lrn' ? layer.groups : 1,
      parameters: counts[index] ?? 0,
      macs: macCount(layer, input, output),
      activationBytes: FLOAT32_BYTES * elements(output),
      receptiveField: field,
      receptiveStride: step,
    };
  });
}

/** Input positions one output position of this layer reads. */
function windowSeenBy(layer: LayerSpec, input: FeatureShape): readonly [number, number] {
  switch (layer.op) {
    case 'flatten':
    case 'globalpool':
      // From here on every number sees the whole of the maps.
      return input.length === 3 ? [input[0], input[1]] : [1, 1];
    default: {
      const [down, across] = windowsOf(layer) ?? [];
      return [down?.kernel ?? 1, across?.kernel ?? 1];
    }
  }
}

function macCount(layer: LayerSpec, input: FeatureShape, output: FeatureShape): number {
  const channels = input[input.length - 1] ?? 0;
  switch (layer.op) {
    case 'conv':
      return elements(output) * layer.kernel[0] * layer.kernel[1] * (channels / layer.groups);
    case 'dense':
      return channels * layer.units;
    default:
      return 0;
  }
}

function elements(shape: FeatureShape): number {
  return shape.reduce((product, length) => product * length, 1);
}
