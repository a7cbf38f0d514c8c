import { FormatError } from '../format-error.js';
import { transpose } from '../layout/transpose.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import { type ConvnetLayer, numberOf } from './layers.js';

/** One convolution or dense layer of the merged network: its towers in order. */
export interface Stage {
  readonly kind: 'conv' | 'fc';
  readonly towers: readonly ConvnetLayer[];
  /** Towers of this stage that see only their own tower below. */
  readonly groups: number;
}

/**
 * Orders the layers with weights into stages by their distance from the data, towers by name
 * (`conv2a` before `conv2b`), and tells which stages keep the towers apart.
 *
 * @throws FormatError unsupported for towers that mix in other ways
 */
export function findStages(layers: ReadonlyMap<string, ConvnetLayer>): readonly Stage[] {
  const depths = new Map<string, number>();
  const depthOf = (name: string, guard = 0): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const layer = layers.get(name);
    if (!layer || guard > layers.size) {
      throw new FormatError('bad-header', `cuda-convnet: the input "${name}" leads nowhere`);
    }
    const below = Math.max(0, ...layer.inputs.map((input) => depthOf(input, guard + 1)));
    const depth = below + (isWeighted(layer) ? 1 : 0);
    depths.set(name, depth);
    return depth;
  };
  const stages: ConvnetLayer[][] = [];
  for (const layer of layers.values()) {
    if (!isWeighted(layer)) continue;
    const depth = depthOf(layer.name) - 1;
    stages[depth] = [...(stages[depth] ?? []), layer].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return stages.map((towers, depth) => toStage(towers, stages[depth - 1] ?? [], layers));
}

function toStage(
  towers: readonly ConvnetLayer[],
  below: readonly ConvnetLayer[],
  layers: ReadonlyMap<string, ConvnetLayer>,
): Stage {
  const [first] = towers;
  if (!first || towers.some(({ type }) => type !== first.type)) {
    throw new FormatError('unsupported', 'cuda-convnet: towers of different kinds side by side');
  }
  if (towers.some((tower) => numberOf(tower, 'groups', 1) !== 1)) {
    throw new FormatError('unsupported', `cuda-convnet: "${first.name}" has groups of its own`);
  }
  const kind = first.type as Stage['kind'];
  const seen = towers.map((tower) => tower.inputs.map((input) => towerBelow(input, below, layers)));
  const apart =
    below.length > 1 && seen.every(([only, ...rest], tower) => only === tower && !rest.length);
  const all = seen.every((inputs) => new Set(inputs).size === Math.max(1, below.length));
  if (!apart && !all) {
    throw new FormatError(
      'unsupported',
      `cuda-convnet: the inputs of "${first.name}" mix the towers`,
    );
  }
  return { kind, towers, groups: apart ? towers.length : 1 };
}

/** Which tower of the stage below an input comes from; 0 for the data. */
function towerBelow(
  input: string,
  below: readonly ConvnetLayer[],
  layers: ReadonlyMap<string, ConvnetLayer>,
): number {
  let layer = layers.get(input);
  for (let steps = 0; layer && !isWeighted(layer) && layer.inputs.length > 0; steps++) {
    if (layer.inputs.length > 1 || steps > layers.size) break;
    layer = layers.get(layer.inputs[0] ?? '');
  }
  const tower = below.findIndex(({ name }) => name === layer?.name);
  return Math.max(0, tower);
}

/**
 * The merged network's weights, channels first: `1.weight`, `1.bias`, `2.weight` … Towers are
 * joined along the outputs; a layer that sees both is joined along the inputs first, in the order
 * of its own `inputs` list, which is not the same in every layer (`fc2048bb` has it reversed).
 */
export function mergeStages(
  stages: readonly Stage[],
  layers: ReadonlyMap<string, ConvnetLayer>,
): StoredTensors {
  const tensors: StoredTensors = new Map();
  for (const [index, stage] of stages.entries()) {
    const below = stages[index - 1]?.towers ?? [];
    const parts = stage.towers.map((tower) => {
      const order = tower.inputs.map((input) => towerBelow(input, below, layers));
      const sorted = tower.weights
        .map((weight, position) => ({ weight, from: order[position] ?? 0 }))
        .sort((a, b) => a.from - b.from);
      return sorted.map(({ weight }) => channelsFirst(stage.kind, tower, weight));
    });
    tensors.set(`${index + 1}.weight`, joinOutputs(parts.map(joinInputs)));
    tensors.set(`${index + 1}.bias`, joinOutputs(stage.towers.map(biasOf)));
  }
  return tensors;
}

/** conv `(channels · y · x, filters)` to `[filters, channels, y, x]`, fc `(in, out)` to `[out, in]`. */
function channelsFirst(
  kind: Stage['kind'],
  layer: ConvnetLayer,
  weight: StoredTensor,
): StoredTensor {
  const [rows = 0, columns = 0] = weight.shape;
  const side = kind === 'conv' ? numberOf(layer, 'filterSize') : 1;
  if (weight.shape.length !== 2 || rows % (side * side) !== 0) {
    throw new FormatError(
      'bad-shape',
      `cuda-convnet: "${layer.name}" has weights [${weight.shape}]`,
    );
  }
  const shape = kind === 'conv' ? [columns, rows / (side * side), side, side] : [columns, rows];
  return {
    dtype: weight.dtype,
    shape,
    read: async () => transpose(await weight.read(), [rows, columns], [1, 0]),
  };
}

/** `(filters, 1)` or `(1, outputs)` as a vector. */
function biasOf({ name, biases }: ConvnetLayer): StoredTensor {
  if (!biases) throw new FormatError('missing-tensor', `cuda-convnet: "${name}" has no biases`);
  const length = biases.shape.reduce((product, side) => product * side, 1);
  return { ...biases, shape: [length] };
}

function joinInputs(parts: readonly StoredTensor[]): StoredTensor {
  const [first] = parts;
  if (!first) throw new FormatError('missing-tensor', 'cuda-convnet: a layer without weights');
  if (parts.length === 1) return first;
  const [outputs = 0, , ...kernel] = first.shape;
  const inputs = parts.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  return {
    dtype: first.dtype,
    shape: [outputs, inputs, ...kernel],
    async read() {
      const arrays = await Promise.all(parts.map((part) => part.read()));
      const result = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
      let position = 0;
      for (let output = 0; output < outputs; output++) {
        for (const array of arrays) {
          const row = array.length / outputs;
          result.set(array.subarray(output * row, (output + 1) * row), position);
          position += row;
        }
      }
      return result;
    },
  };
}

function joinOutputs(parts: readonly StoredTensor[]): StoredTensor {
  const [first] = parts;
  if (!first) throw new FormatError('missing-tensor', 'cuda-convnet: a stage without layers');
  const [, ...rest] = first.shape;
  if (parts.some(({ shape }) => shape.slice(1).join() !== rest.join())) {
    throw new FormatError('bad-shape', 'cuda-convnet: towers of different sizes');
  }
  const outputs = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return {
    dtype: first.dtype,
    shape: [outputs, ...rest],
    async read() {
      const arrays = await Promise.all(parts.map((part) => part.read()));
      const result = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
      let position = 0;
      for (const array of arrays) {
        result.set(array, position);
        position += array.length;
      }
      return result;
    },
  };
}

export function isWeighted({ type }: ConvnetLayer): boolean {
  return type === 'conv' || type === 'fc';
}
