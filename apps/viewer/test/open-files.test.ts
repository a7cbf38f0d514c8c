import { describe, expect, it } from 'vitest';
import { isImage } from '../src/lib/images/is-image.js';

/** As systems give it: without a type where they do not know the ending. */
const file = (name: string, bytes: number[] = [0, 0, 0, 24], type = '') =>
  new File([Uint8Array.from(bytes)], name, { type });

describe('a file without a type', () => {
  it('is an image by its ending, also where no browser decodes it, or by its first bytes', async () => {
    for (const name of ['IMG_0001.HEIC', 'scan.tiff', 'logo.svg', 'note.jpg']) {
      expect(await isImage(file(name))).toBe(true);
    }
    expect(await isImage(file('download', [0xff, 0xd8, 0xff, 0xe0]))).toBe(true);
    for (const name of ['weights.pth', 'model.safetensors', 'jpg', 'mean.npy']) {
      expect(await isImage(file(name))).toBe(false);
    }
  });
});
