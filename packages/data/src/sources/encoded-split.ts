import type { ImageRecord, Split } from '../dataset.js';
import { decodeImage } from '../decode/decode-image.js';

/** A split whose records are encoded files, fetched by `read`. */
export function createEncodedSplit(
  records: readonly ImageRecord[],
  read: (id: string, index: number) => Promise<Uint8Array>,
): Split {
  return {
    records,
    bytes: async (index) => read(recordAt(records, index).id, index),
    image: async (index, options) => {
      const { id } = recordAt(records, index);
      return decodeImage(await read(id, index), { id, ...options });
    },
  };
}

/** The record at `index`. */
export function recordAt(records: readonly ImageRecord[], index: number): ImageRecord {
  const record = records[index];
  if (record !== undefined) return record;
  throw new RangeError(`no image ${index} in a split of ${records.length}`);
}
