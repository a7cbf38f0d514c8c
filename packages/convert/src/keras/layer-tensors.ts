import type { FoundTensor } from '../found/found-network.js';
import type { StoredTensors } from '../tensors/tensor-file.js';

/** Tensors of a Keras or TF.js model, to be looked up by layer. */
export interface LayerTensors {
  /** By layer and part, as `conv2d/kernel`, or as `conv2d/0` where the file counts them. */
  readonly tensors: StoredTensors;
  /** Names of the tensors in a layer's own group, in its order, whatever they are called. */
  readonly groups: LayerGroups;
}

/** Names of tensors by the layer whose group holds them; without one, names say whose a tensor is. */
export type LayerGroups = ReadonlyMap<string, readonly string[]>;

/** A part of a layer by its name, or by the place it has among the layer's parts; null where there is none. */
export function tensorOf(
  { tensors, groups }: LayerTensors,
  layer: string,
  part: string,
  place: number,
): FoundTensor | null {
  const group = groups.get(layer);
  const name = group
    ? (group.find((own) => own.endsWith(`/${part}`)) ?? group[place])
    : [`${layer}/${part}`, `${layer}/${place}`].find((own) => tensors.has(own));
  const tensor = name === undefined ? undefined : tensors.get(name);
  return name !== undefined && tensor ? { name, ...tensor } : null;
}
