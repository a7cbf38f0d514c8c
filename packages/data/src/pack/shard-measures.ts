import type { Picture } from '../picture.js';
import type { PackColours } from './pack-format.js';
import { centralSquare } from './pack-shard.js';

/** Sums of colours over pixels; `createColourAccumulator()` of `@alexnet/augment` is one. */
export interface ColourSummer {
  /** Counts every pixel of a picture once. */
  add(picture: Picture): void;
  /** Adds what another one counted. */
  merge(sums: readonly number[] & { readonly length: 10 }): void;
  /** Pixel count, sums of three channels and of six products: whole numbers. */
  sums(): readonly number[] & { readonly length: 10 };
  /** Mean, deviation and covariance PCA of everything counted. */
  result(): PackColours;
}

/** Sums of pictures of one size; `createMeanImageAccumulator()` of `@alexnet/augment` is one. */
export interface PictureSummer {
  /** Adds a picture of the size asked for. */
  add(picture: Picture): void;
  /** Adds what another one counted. */
  merge(other: { readonly count: number; readonly sums: Float64Array }): void;
  /** Pictures counted. */
  readonly count: number;
  /** `[height, width, 3]` sums of grey levels. */
  readonly sums: Float64Array;
  /** The mean picture, `[height, width, 3]`. */
  result(): { readonly data: Float32Array };
}

/** What measures a set while it is packed, given by the caller. */
export interface PackMeasures {
  /** `createColourAccumulator` of `@alexnet/augment`. */
  createColourAccumulator(): ColourSummer;
  /** `createMeanImageAccumulator` of `@alexnet/augment`; height and width in px. */
  createMeanImageAccumulator(height: number, width: number): PictureSummer;
}

/** Measures of one shard in a form that survives the process; all sums are whole numbers. */
interface SavedMeasures {
  readonly colours: readonly number[] & { readonly length: 10 };
  readonly count: number;
  /** Base64 of little-endian uint32: 16 million pictures of 255 fit. */
  readonly sums: string;
}

/** Colours over whole pictures, mean image over their central squares. */
export class ShardMeasures {
  readonly #colours: ColourSummer;
  readonly #pictures: PictureSummer;

  constructor(measures: PackMeasures, size: number) {
    this.#colours = measures.createColourAccumulator();
    this.#pictures = measures.createMeanImageAccumulator(size, size);
  }

  add(picture: Picture): void {
    this.#colours.add(picture);
    this.#pictures.add(cutSquare(picture));
  }

  merge(other: ShardMeasures): void {
    this.#colours.merge(other.#colours.sums());
    this.#pictures.merge(other.#pictures);
  }

  save(): SavedMeasures {
    const { count, sums } = this.#pictures;
    const bytes = Buffer.from(Uint32Array.from(sums).buffer);
    return { colours: this.#colours.sums(), count, sums: bytes.toString('base64') };
  }

  restore(saved: SavedMeasures): void {
    const bytes = Uint8Array.from(Buffer.from(saved.sums, 'base64'));
    this.#colours.merge(saved.colours);
    const sums = Float64Array.from(new Uint32Array(bytes.buffer));
    this.#pictures.merge({ count: saved.count, sums });
  }

  colours(): PackColours {
    return this.#colours.result();
  }

  meanImage(): Float32Array {
    return this.#pictures.result().data;
  }
}

function cutSquare(picture: Picture): Picture {
  const { left, top, width, height } = centralSquare(picture.width, picture.height);
  if (picture.width === width && picture.height === height) return picture;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}
