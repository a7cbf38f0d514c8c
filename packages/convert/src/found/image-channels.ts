import type { FoundNetwork } from './found-network.js';

/** Channels of the images by the filters that see them; undefined without a convolution. */
export function imageChannels({
  layers,
  layout,
}: Pick<FoundNetwork, 'layers' | 'layout'>): number | undefined {
  const first = layers.find((layer) => layer.op === 'conv');
  const inputs = first?.tensors.weight?.shape[layout === 'channels-first' ? 1 : 2];
  return first && inputs !== undefined ? inputs * first.groups : undefined;
}
