import type { CaffeLayer, CaffeNet } from './caffe-net.js';
import { LAYER_TYPES } from './read-layer.js';

/**
 * The layers a deployed net has, each with the blobs it takes and gives. Layers of training alone are
 * left out, and of one listed for training and again for testing the second. A net whose layers name no
 * blobs at all is taken in the order of the file.
 */
export function wiredLayers({ layers }: CaffeNet): readonly CaffeLayer[] {
  const deployed = layers.filter(({ training, blobs }) => !training || blobs.length > 0);
  const wired = deployed.some(({ bottom, top }) => bottom.length + top.length > 0);
  return wired ? onceEach(deployed) : inOrder(deployed);
}

/** The same layer again, with the same blobs on both sides, is its other phase. */
function onceEach(layers: readonly CaffeLayer[]): readonly CaffeLayer[] {
  const seen = new Set<string>();
  return layers.filter(({ type, name, bottom, top, blobs }) => {
    if (blobs.length === 0) return true;
    const key = JSON.stringify([type, name, bottom, top]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function inOrder(layers: readonly CaffeLayer[]): readonly CaffeLayer[] {
  const computes = ({ type, blobs }: CaffeLayer) => blobs.length > 0 || LAYER_TYPES.includes(type);
  const first = Math.max(0, layers.findIndex(computes));
  const seen = new Set<string>();
  const once = layers.slice(first).filter(({ type, name, blobs }) => {
    const key = JSON.stringify([type, name]);
    if (blobs.length > 0 && seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return once.map((layer, index) => ({ ...layer, bottom: [`${index}`], top: [`${index + 1}`] }));
}
