import type { ImageRecord, Split } from '../dataset.js';
import { decodeImage } from '../decode/decode-image.js';
import { firstLine, UndecodableImageError } from '../errors.js';

/** A split whose records are encoded files, fetched by `read`. */
export function createEncodedSplit(
  records: readonly ImageRecord[],
  read: (index: number) => Promise<Uint8Array>,
  size: (index: number) => Promise<number>,
): Split {
  const bytes = async (index: number) => {
    const { id } = recordAt(records, index);
    return unlessUnreadable(id, () => read(index));
  };
  return {
    records,
    bytes,
    image: async (index, options) => {
      const { id } = recordAt(records, index);
      return decodeImage(await bytes(index), { id, ...options });
    },
    size: async (index) => {
      recordAt(records, index);
      return size(index).catch(() => 0);
    },
  };
}

/** Trouble of the machine, not of one image. */
const MACHINE = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** One file that is gone, forbidden or altered is one image less, never the end of a run. */
export async function unlessUnreadable<T>(id: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const name = error instanceof Error ? error.name : '';
    if (MACHINE.has(code) || name === 'AbortError' || error instanceof UndecodableImageError) {
      throw error;
    }
    throw new UndecodableImageError(id, `it cannot be read: ${firstLine(error)}`, { cause: error });
  }
}

/** The record at `index`. */
export function recordAt(records: readonly ImageRecord[], index: number): ImageRecord {
  const record = records[index];
  if (record !== undefined) return record;
  throw new RangeError(`no image ${index} in a split of ${records.length}`);
}

/** Some images of a split, by their numbers there. */
export function selectImages(split: Split, indices: readonly number[]): Split {
  const records = indices.map((index) => recordAt(split.records, index));
  const at = (index: number) => {
    recordAt(records, index);
    return indices[index] as number;
  };
  return {
    records,
    image: async (index, options) => split.image(at(index), options),
    bytes: async (index) => split.bytes(at(index)),
    size: async (index) => split.size(at(index)),
  };
}

/** The images of several splits, one after the other. */
export function joinSplits(splits: readonly Split[]): Split {
  const records = splits.flatMap((split) => split.records);
  const at = (index: number): [Split, number] => {
    recordAt(records, index);
    let left = index;
    for (const split of splits) {
      if (left < split.records.length) return [split, left];
      left -= split.records.length;
    }
    throw new RangeError(`no image ${index}`);
  };
  return {
    records,
    image: async (index, options) => {
      const [split, own] = at(index);
      return split.image(own, options);
    },
    bytes: async (index) => {
      const [split, own] = at(index);
      return split.bytes(own);
    },
    size: async (index) => {
      const [split, own] = at(index);
      return split.size(own);
    },
  };
}
