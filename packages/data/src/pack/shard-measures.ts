import { cutCentralSquare } from '@alexnet/files/image';
import type { RgbImage } from '../decode/decode-image.js';
import type { PackColors } from './pack-format.js';

/** Sums of colors over pixels; `createColorAccumulator()` of `@alexnet/augment` is one. */
export interface ColorSummer {
  /** Counts every pixel of an image once. */
  add(image: RgbImage): void;
  /** Adds what another one counted. */
  merge(sums: readonly number[] & { readonly length: 10 }): void;
  /** Pixel count, sums of three channels and of six products: whole numbers. */
  sums(): readonly number[] & { readonly length: 10 };
  /** Mean, deviation and covariance PCA of everything counted. */
  result(): PackColors;
}

/** Sums of images of one size; `createMeanImageAccumulator()` of `@alexnet/augment` is one. */
export interface ImageSummer {
  /** Adds an image of the size asked for. */
  add(image: RgbImage): void;
  /** Adds what another one counted. */
  merge(other: { readonly count: number; readonly sums: Float64Array }): void;
  /** Images counted. */
  readonly count: number;
  /** `[height, width, 3]` sums of gray levels. */
  readonly sums: Float64Array;
  /** The mean image, `[height, width, 3]`. */
  result(): { readonly data: Float32Array };
}

/** What measures a set while it is packed, given by the caller. */
export interface PackMeasures {
  /** `createColorAccumulator` of `@alexnet/augment`. */
  createColorAccumulator(): ColorSummer;
  /** `createMeanImageAccumulator` of `@alexnet/augment`; height and width in px. */
  createMeanImageAccumulator(height: number, width: number): ImageSummer;
}

/** Measures of one shard in a form that survives the process; all sums are whole numbers. */
interface SavedMeasures {
  readonly colors: readonly number[] & { readonly length: 10 };
  readonly count: number;
  /** Base64 of little-endian uint32: 16 million images of 255 fit. */
  readonly sums: string;
}

/** Colors over whole images, mean image over their central squares. */
export class ShardMeasures {
  readonly #colors: ColorSummer;
  readonly #images: ImageSummer;

  constructor(measures: PackMeasures, size: number) {
    this.#colors = measures.createColorAccumulator();
    this.#images = measures.createMeanImageAccumulator(size, size);
  }

  add(image: RgbImage): void {
    this.#colors.add(image);
    this.#images.add(cutCentralSquare(image));
  }

  merge(other: ShardMeasures): void {
    this.#colors.merge(other.#colors.sums());
    this.#images.merge(other.#images);
  }

  save(): SavedMeasures {
    const { count, sums } = this.#images;
    const bytes = Buffer.from(Uint32Array.from(sums).buffer);
    return { colors: this.#colors.sums(), count, sums: bytes.toString('base64') };
  }

  restore(saved: SavedMeasures): void {
    const bytes = Uint8Array.from(Buffer.from(saved.sums, 'base64'));
    this.#colors.merge(saved.colors);
    const sums = Float64Array.from(new Uint32Array(bytes.buffer));
    this.#images.merge({ count: saved.count, sums });
  }

  colors(): PackColors {
    return this.#colors.result();
  }

  meanImage(): Float32Array {
    return this.#images.result().data;
  }
}
