import sharp from 'sharp';
import type { ImageRecord, Split } from '../dataset.js';
import type { RgbImage } from '../decode/decode-image.js';
import { recordAt, unlessUnreadable } from './encoded-split.js';

/** A split whose source stores pixels; `bytes` encodes them as PNG. */
export function createPixelSplit(
  records: readonly ImageRecord[],
  read: (index: number) => Promise<RgbImage>,
): Split {
  const image = async (index: number) =>
    unlessUnreadable(recordAt(records, index).id, () => read(index));
  return {
    records,
    image,
    bytes: async (index) => {
      const { width, height, data } = await image(index);
      return sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
    },
    size: async (index) => {
      recordAt(records, index);
      return 0;
    },
  };
}
