import type { NetworkSpec, Weight } from '@alexnet/model';
import { tfjsWeight } from '../layout/canonical.js';
import { type ParameterLayout, parameterLayouts } from '../layout/parameter-layouts.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { reverseInputChannels } from './channel-order.js';
import type { Match } from './match-tensors.js';
import type { Note } from './note.js';
import type { SourceModel } from './source-model.js';

/** A network found in a file, its parameters still to be read. */
export interface StoredModel extends Omit<Model, 'weights'> {
  /** Everything that is changed on the way, exact or not. */
  readonly notes: readonly Note[];
  /** In canonical order. */
  readonly parameters: readonly StoredParameter[];
}

/** One parameter that is read when it is needed. */
export interface StoredParameter {
  /** Its name, its shapes in tfjs and canonical order, and the axes moved between them. */
  readonly layout: ParameterLayout;
  /** The numbers in tfjs layout. */
  read(): Promise<Weight>;
  /** The file's own numbers, where they already are in canonical order and RGB. */
  readonly canonical: StoredTensor | null;
}

/** Reads all parameters of a stored model, in tfjs layout and RGB. */
export async function loadModel({ notes: _, parameters, ...rest }: StoredModel): Promise<Model> {
  const weights = new Map<string, Weight>();
  for (const { layout, read } of parameters) weights.set(layout.name, await read());
  return { ...rest, weights };
}

/** Parameters out of the tensors they were found to be, to be read when needed. */
export function storedParameters(
  spec: NetworkSpec,
  pairs: Match['pairs'],
  axes: SourceModel['layout'],
  bgr: boolean,
): StoredParameter[] {
  const channelsFirst = axes === 'channels-first';
  const all = parameterLayouts(spec);
  const layouts = new Map(all.map((layout) => [layout.name, layout]));
  return pairs.flatMap(([name, , tensor]): StoredParameter[] => {
    const layout = layouts.get(name);
    if (!layout) return [];
    const reversed = bgr && name === all[0]?.name;
    const shape = channelsFirst ? layout.canonicalShape : layout.shape;
    const read = async () => {
      const stored = { shape, data: await tensor.read() };
      const weight = channelsFirst ? tfjsWeight(layout, stored) : stored;
      return reversed ? reverseInputChannels(weight) : weight;
    };
    const asStored = !reversed && (channelsFirst || layout.axes.length === 1);
    return [{ layout, read, canonical: asStored ? tensor : null }];
  });
}
