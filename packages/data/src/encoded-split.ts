import type { ImageRecord, Split } from './dataset.js';
import { decodePicture } from './decode-picture.js';

/** A split whose records are encoded files, fetched by `read`. */
export function createEncodedSplit(
  records: readonly ImageRecord[],
  read: (id: string) => Promise<Uint8Array>,
): Split {
  const recordAt = (index: number) => {
    const record = records[index];
    if (record === undefined) {
      throw new RangeError(`no picture ${index} in a split of ${records.length}`);
    }
    return record;
  };
  return {
    records,
    bytes: async (index) => read(recordAt(index).id),
    picture: async (index, options) => {
      const { id } = recordAt(index);
      return decodePicture(await read(id), { id, ...options });
    },
  };
}
