import type { ImageRecord, OpenOptions } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { hashText } from './hash-text.js';

/** Share of every class held out when the source has no validation split of its own. */
const DEFAULT_VALIDATION_SHARE = 0.1;

/**
 * Divides images into training and validation, class by class.
 *
 * Each image is ranked by a hash of seed and id and the lowest ranks of its class are held out, so the
 * result depends on nothing but the ids: not on the order of the file system, nor on other classes.
 * A class of two or more keeps at least one image on each side, unless the share is 0 or 1.
 *
 * @param name Of the source, for messages.
 * @throws {DatasetError} when nothing can be held out because every class has one image.
 */
export function holdOut<R extends ImageRecord>(
  records: readonly R[],
  { splitSeed = 0, validationShare = DEFAULT_VALIDATION_SHARE }: OpenOptions,
  name: string,
): { readonly train: R[]; readonly validation: R[] } {
  const byLabel = new Map<number, R[]>();
  for (const record of records) {
    const own = byLabel.get(record.label);
    if (own === undefined) byLabel.set(record.label, [record]);
    else own.push(record);
  }
  const held = new Set<string>();
  for (const own of byLabel.values()) {
    const ranked = own
      .map(({ id }) => ({ id, rank: hashText(id, splitSeed) }))
      .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
    for (const { id } of ranked.slice(0, countHeldOut(own.length, validationShare))) held.add(id);
  }
  if (held.size === 0 && validationShare > 0) {
    throw new DatasetError(
      'bad-option',
      `${name}: every class has one image, so none can be held out for validation; add images, or ask for a validation share of 0 or 1`,
    );
  }
  return {
    train: records.filter(({ id }) => !held.has(id)),
    validation: records.filter(({ id }) => held.has(id)),
  };
}

function countHeldOut(count: number, share: number): number {
  if (share === 0 || share === 1) return count * share;
  return count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)));
}
