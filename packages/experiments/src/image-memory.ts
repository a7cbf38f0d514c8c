import type { RgbImage } from '@alexnet/augment';

const CHUNK = 64 * 2 ** 20;

/** Where an image lies in an {@link ImageMemory}. */
export interface StoredImage extends Pick<RgbImage, 'width' | 'height'> {
  readonly chunk: number;
  readonly offset: number;
}

/**
 * Decoded images side by side in large pieces of memory. With an array for each, fifty thousand of them, the
 * garbage collector went over all of these several times a second: a seventh of a study's time.
 */
export class ImageMemory {
  readonly #chunks: Uint8Array[] = [];
  #used = 0;

  add({ width, height, data }: RgbImage): StoredImage {
    const last = this.#chunks.at(-1);
    if (!last || this.#used + data.length > last.length) {
      this.#chunks.push(new Uint8Array(Math.max(CHUNK, data.length)));
      this.#used = 0;
    }
    const chunk = this.#chunks.length - 1;
    const offset = this.#used;
    this.#chunks[chunk]?.set(data, offset);
    this.#used += data.length;
    return { width, height, chunk, offset };
  }

  /** A view; not to be written to. */
  image({ width, height, chunk, offset }: StoredImage): RgbImage {
    const all = this.#chunks[chunk] as Uint8Array;
    return { width, height, data: all.subarray(offset, offset + width * height * 3) };
  }
}
