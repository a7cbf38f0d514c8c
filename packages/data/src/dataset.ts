import type { DecodeOptions, RgbImage } from './decode/decode-image.js';

/** One labeled image of a split. */
export interface ImageRecord {
  /** Path inside the source, `/`-separated, unique within the dataset. */
  readonly id: string;
  /** Index into `classNames`. */
  readonly label: number;
}

/** Labelled images with random access; the order never depends on the file system. */
export interface Split {
  /** In an order that decides the image numbers everywhere else. */
  readonly records: readonly ImageRecord[];
  /**
   * Decodes the image of `records[index]`.
   *
   * @returns `[height, width, 3]`, 8-bit sRGB.
   * @throws {UndecodableImageError} naming the record, when its bytes are not a whole image.
   * @throws {RangeError} when `index` is outside the split.
   */
  image(index: number, options?: DecodeOptions): Promise<RgbImage>;
  /**
   * The image of `records[index]` as an encoded file (the source's own bytes; PNG where the
   * source stores pixels).
   *
   * @throws {RangeError} when `index` is outside the split.
   */
  bytes(index: number): Promise<Uint8Array>;
}

/** An opened image set. Close it when done: it may hold a file open. */
export interface Dataset {
  /** Of the source, for people. */
  readonly name: string;
  /** Readable class names, unique, in label order. */
  readonly classNames: readonly string[];
  readonly train: Split;
  readonly validation: Split;
  /** License of the images, where the source states one. */
  readonly license?: string;
  /** Closes the files it holds open. */
  close(): Promise<void>;
}

/** How a source is opened. */
export interface OpenOptions {
  /** Decides which images are held out when the source has no validation split; default 0. */
  readonly seed?: number;
  /** Share of each class held out when the source has no validation split, 0..1; default 0.1. */
  readonly validationShare?: number;
  /** Aborting stops downloading or preparing; what was prepared is kept. */
  readonly signal?: AbortSignal;
  /** Called while something long is prepared, with the unit counted in `what`. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
  /** Where prepared files are kept; default `ALEXNET_CACHE_DIR`, else the system's cache folder. */
  readonly cacheDir?: string;
}

/** What a kind of source finds in a tree or folder. */
export interface SourceContents {
  readonly classNames: readonly string[];
  readonly train: Split;
  readonly validation: Split;
}
