import { hashText } from './hash-text.js';

/** Share of every class held out when the source has no validation split of its own. */
export const DEFAULT_VALIDATION_SHARE = 0.1;

/**
 * Divides the images of one class into training and validation.
 *
 * Each image is ranked by a hash of seed and id and the lowest ranks are held out, so the result
 * depends on nothing but the ids: not on the order of the file system, nor on other classes.
 * A class of two or more keeps at least one image on each side, unless `share` is 0 or 1.
 */
export function splitBySeed(
  ids: readonly string[],
  share: number,
  seed: number,
): { train: string[]; validation: string[] } {
  const held = heldOut(ids.length, share);
  const ranked = ids
    .map((id) => ({ id, rank: hashText(id, seed) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const validation = new Set(ranked.slice(0, held).map(({ id }) => id));
  return {
    train: ids.filter((id) => !validation.has(id)),
    validation: ids.filter((id) => validation.has(id)),
  };
}

function heldOut(count: number, share: number): number {
  if (share === 0 || share === 1) return count * share;
  return count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)));
}
