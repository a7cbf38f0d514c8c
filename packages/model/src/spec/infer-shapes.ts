import { ModelError } from '../model-error.js';
import type { ConvSpec, LayerSpec, PoolSpec } from './layer-spec.js';
import type { InputSpec, NetworkSpec } from './network-spec.js';
import { inputFor, outputLength, windowsOf } from './window.js';

/** Size of what one image is at some place in the network, batch left out. */
export type FeatureShape =
  | readonly [height: number, width: number, channels: number]
  | readonly [units: number];

/** What goes into a layer and what comes out, for one image. */
export interface LayerShape {
  readonly name: string;
  readonly op: LayerSpec['op'];
  /** Without the batch. */
  readonly input: FeatureShape;
  /** Without the batch. */
  readonly output: FeatureShape;
}

/**
 * Follows one image through the network; the only geometry code there is.
 *
 * @returns One entry per layer, in running order.
 * @throws {ModelError} When a window does not fit or fits a fractional number of times, channels do not
 * divide into groups, a layer stands where it cannot, or the last layer does not give `classes`
 * numbers. The message names the layer and spells out the sum.
 */
export function inferShapes(spec: NetworkSpec): readonly LayerShape[] {
  const shapes = layerShapes(spec);
  const shape = shapes.at(-1)?.output ?? [];
  if (shape.length !== 1 || shape[0] !== spec.classes) {
    throw new ModelError(
      'wrong-outputs',
      `The last layer gives ${shape.join('×')} numbers for ${spec.classes} classes; end with a dense layer of ${spec.classes} units or a global pool over ${spec.classes} maps.`,
    );
  }
  return shapes;
}

/** The same, whatever the last layer gives. @throws {ModelError} As {@link inferShapes}. */
export function layerShapes(spec: Pick<NetworkSpec, 'input' | 'layers'>): readonly LayerShape[] {
  const { height, width, channels } = spec.input;
  let shape: FeatureShape = [height, width, channels];
  return spec.layers.map((layer) => {
    const input = shape;
    shape = explained(layer, spec, () => layerOutput(layer, input));
    return { name: layer.name, op: layer.op, input, output: shape };
  });
}

/**
 * What one layer makes of its input, both without the batch.
 *
 * @throws {ModelError} As {@link inferShapes}.
 */
export function layerOutput(layer: LayerSpec, input: FeatureShape): FeatureShape {
  switch (layer.op) {
    case 'conv': {
      const [height, width, channels] = mapShape(layer, input);
      for (const [what, count] of [
        ['input channels', channels],
        ['filters', layer.filters],
      ] as const) {
        if (count % layer.groups !== 0) {
          throw new ModelError(
            'misplaced-layer',
            `${layer.name}: ${count} ${what} do not divide into ${layer.groups} groups.`,
          );
        }
      }
      return [...slide(layer, height, width), layer.filters];
    }
    case 'pool': {
      const [height, width, channels] = mapShape(layer, input);
      return [...slide(layer, height, width), channels];
    }
    case 'lrn': {
      const [, , channels] = mapShape(layer, input);
      if (channels % layer.groups !== 0) {
        throw new ModelError(
          'misplaced-layer',
          `${layer.name}: ${channels} channels do not divide into ${layer.groups} groups.`,
        );
      }
      return input;
    }
    case 'mapnorm':
      return mapShape(layer, input);
    case 'globalpool':
      return [mapShape(layer, input)[2]];
    case 'flatten':
      return [mapShape(layer, input).reduce((product, length) => product * length, 1)];
    case 'dense':
      if (input.length !== 1) {
        throw new ModelError(
          'misplaced-layer',
          `${layer.name}: a dense layer takes a vector, not ${input.join('×')}; flatten or pool the maps first.`,
        );
      }
      return [layer.units];
    case 'activation':
    case 'batchnorm':
    case 'dropout':
      return input;
  }
}

/** Positions of a layer's window, down and across. */
function slide(layer: ConvSpec | PoolSpec, height: number, width: number): [number, number] {
  const [down, across] = windowsOf(layer);
  return [outputLength(layer.name, height, down), outputLength(layer.name, width, across)];
}

function mapShape(
  layer: LayerSpec,
  input: FeatureShape,
): readonly [height: number, width: number, channels: number] {
  if (input.length === 3) return input;
  throw new ModelError(
    'misplaced-layer',
    `${layer.name}: takes maps, but comes after the vector of ${input[0]} units.`,
  );
}

/** Adds what the user can change: the smallest input when a window inside the network does not fit. */
function explained<T>(
  layer: LayerSpec,
  spec: Pick<NetworkSpec, 'input' | 'layers'>,
  task: () => T,
): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'does-not-fit') throw error;
    const { height, width } = spec.input;
    const [minHeight, minWidth] = smallestInput(spec);
    const from = spec.layers[0] === layer ? '' : ` (from an input of ${height}×${width})`;
    throw new ModelError(
      'does-not-fit',
      `${error.message}${from} The smallest input this network takes is ${minHeight}×${minWidth}.`,
    );
  }
}

/** The smallest images whose every window fits, found from the last layer backwards; pixels. */
export function smallestInput({
  layers,
}: Pick<NetworkSpec, 'layers'>): readonly [height: number, width: number] {
  let [height, width] = [1, 1];
  for (const windows of layers.map(windowsOf).reverse()) {
    if (windows === null) continue;
    const [down, across] = windows;
    height = Math.max(1, inputFor(height, down));
    width = Math.max(1, inputFor(width, across));
  }
  return [height, width];
}

/** The same network for images of another size, in pixels; weights keep their shapes where the head is not dense. */
export function withInput(
  spec: NetworkSpec,
  input: Partial<Pick<InputSpec, 'height' | 'width'>>,
): NetworkSpec {
  return { ...spec, input: { ...spec.input, ...input } };
}
