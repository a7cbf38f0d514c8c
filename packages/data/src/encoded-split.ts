import type { ImageRecord, Split } from './dataset.js';
import { decodePicture } from './decode-picture.js';

/** A split whose records are encoded files, fetched by `read`. */
export function createEncodedSplit(
  records: readonly ImageRecord[],
  read: (id: string, index: number) => Promise<Uint8Array>,
): Split {
  return {
    records,
    bytes: async (index) => read(recordAt(records, index).id, index),
    picture: async (index, options) => {
      const { id } = recordAt(records, index);
      return decodePicture(await read(id, index), { id, ...options });
    },
  };
}

/** The record at `index`. */
export function recordAt(records: readonly ImageRecord[], index: number): ImageRecord {
  const record = records[index];
  if (record !== undefined) return record;
  throw new RangeError(`no picture ${index} in a split of ${records.length}`);
}
