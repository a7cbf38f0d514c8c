import type { RgbImage } from '@alexnet/augment';
import type { Classifier } from '@alexnet/classifier';
import { featureLayer, weightedLayers } from './scanned-layers.js';
import { type Peaks, peaksOf } from './top-images.js';

/** What a network makes of one image of a collection. */
export interface Look {
  /** Of every layer with weights. */
  readonly peaks: ReadonlyMap<string, Peaks>;
  /** Values of the last hidden layer; null where there is none. */
  readonly features: Float32Array | null;
}

/**
 * Looks at images one after another, in their order.
 *
 * @yields what was seen, or null for an image that cannot be decoded
 */
export async function* lookAtImages(
  classifier: Classifier<RgbImage>,
  images: readonly Blob[],
  decode: (blob: Blob) => Promise<RgbImage>,
): AsyncGenerator<Look | null> {
  const { spec } = classifier.model;
  const layers = weightedLayers(spec);
  const last = featureLayer(spec);
  const names = [...new Set(last === null ? layers : [...layers, last])];
  for (const blob of images) {
    const pixels = await decode(blob).catch(() => null);
    if (!pixels) {
      yield null;
      continue;
    }
    const maps = await classifier.activations(pixels, names);
    const peaks = new Map<string, Peaks>();
    for (const layer of layers) {
      const found = maps.get(layer);
      if (found) peaks.set(layer, peaksOf(found));
    }
    yield { peaks, features: (last === null ? undefined : maps.get(last)?.data) ?? null };
  }
}
