import type { MeanImage } from '@alexnet/model';
import type { DecodeOptions, RgbImage } from './decode/decode-image.js';

/** One labeled image of a split. */
export interface ImageRecord {
  /**
   * Path below the folder the classes or splits lie in, `/`-separated, Unicode composed (NFC), unique
   * within the dataset: the same for a folder and for an archive of it.
   */
  readonly id: string;
  /** Index into `classNames`. */
  readonly label: number;
}

/** Labeled images with random access; the order never depends on the file system. */
export interface Split {
  /** In an order that decides the image numbers everywhere else. */
  readonly records: readonly ImageRecord[];
  /**
   * Decodes the image of `records[index]`.
   *
   * @returns `[height, width, 3]`, 8-bit sRGB.
   * @throws {UndecodableImageError} naming the record, when its bytes are not a whole image or cannot be
   * read (vanished, no permission, altered).
   * @throws {RangeError} when `index` is outside the split.
   */
  image(index: number, options?: DecodeOptions): Promise<RgbImage>;
  /**
   * The image of `records[index]` as an encoded file (the source's own bytes; PNG where the
   * source stores pixels).
   *
   * @throws as `image` does.
   */
  bytes(index: number): Promise<Uint8Array>;
  /** Bytes of the image file of `records[index]`; 0 when it is gone, or the source stores pixels. */
  size(index: number): Promise<number>;
}

/** Something about a source that its user should know: what was left out, what is missing. */
export interface DatasetNote {
  readonly code:
    | 'foreign-files' // files that are no images
    | 'unread-images' // images of kinds that are not read
    | 'loose-images' // images in no class folder, masks beside their images
    | 'other-folders' // tools' folders, annotations, folders that are no class
    | 'unlabeled' // images nothing gives a class
    | 'missing-class' // a class without validation images, or without any
    | 'several-images' // WebDataset samples of which one image was taken
    | 'labels'; // where labels were read, or why not; what the classes are
  /** Of the files, folders or classes. */
  readonly count: number;
  /** One line. */
  readonly text: string;
}

/** An opened image set. Close it when done: it may hold a file open. */
export interface Dataset {
  /** Of the source, for people; of a pack, that of what was packed. */
  readonly name: string;
  /** Readable class names, unique, in label order. */
  readonly classNames: readonly string[];
  /** What the source itself calls its classes (folder names, WordNet ids), in label order. */
  readonly classIds: readonly string[];
  readonly train: Split;
  readonly validation: Split;
  /** Labeled images the source keeps apart beside its validation images. */
  readonly test?: Split;
  /** Whether the validation images are the source's choice or were held out of all its images. */
  readonly validationFrom: 'source' | 'held-out';
  /** Nothing is left out without a note. */
  readonly notes: readonly DatasetNote[];
  /** Mean of the training images' central squares, where a pack has measured it. */
  readonly meanImage?: () => Promise<MeanImage>;
  /** License of the images, where the source states one. */
  readonly license?: string;
  /** Closes the files it holds open. */
  close(): Promise<void>;
}

/** How a source is opened. */
export interface OpenOptions {
  /**
   * Decides which images are held out when the source has no validation split; default 0. It belongs to
   * the data set: what trains on it has a seed of its own.
   */
  readonly splitSeed?: number;
  /** Share of each class held out when the source has no validation split, 0..1; default 0.1. */
  readonly validationShare?: number;
  /** Aborting stops downloading or preparing; what was prepared is kept. */
  readonly signal?: AbortSignal;
  /** Called while something long is prepared, with the unit counted in `what`. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
  /** Where prepared files are kept; default `ALEXNET_CACHE_DIR`, else the system's cache folder. */
  readonly cacheDir?: string;
}

/** What a kind of source finds in a tree or folder; what is left out has its plain value. */
export interface SourceContents
  extends Pick<Dataset, 'classNames' | 'train' | 'validation' | 'license' | 'test' | 'meanImage'>,
    Partial<Pick<Dataset, 'name' | 'classIds' | 'validationFrom' | 'notes'>> {
  close?(): Promise<void>;
}
