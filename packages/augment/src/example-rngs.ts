import { createRng, type Rng } from './rng.js';

/** Separates the stream of a chunk from those of single images. */
const CHUNK_STREAM = 1;

/**
 * Random numbers of one training example.
 *
 * @param key `index` is the example's position in the epoch; with a `chunk` above 1, that many
 * neighbors share crop and flip, and only the color noise is their own.
 */
export function createExampleRngs(key: {
  readonly seed: number;
  readonly epoch: number;
  readonly index: number;
  readonly chunk?: number;
}): { readonly rng: Rng; readonly placementRng: Rng } {
  const { seed, epoch, index, chunk = 1 } = key;
  const rng = createRng(seed, epoch, index);
  if (chunk === 1) return { rng, placementRng: rng };
  return { rng, placementRng: createRng(seed, epoch, Math.floor(index / chunk), CHUNK_STREAM) };
}
