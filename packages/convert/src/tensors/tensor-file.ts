import type { ByteSource } from '@alexnet/files';

/** Number types a weight may be stored as; every reader hands out single precision. */
export type FloatType = 'f16' | 'bf16' | 'f32' | 'f64';

/** A named array that is read only when asked for. */
export interface StoredTensor {
  /** As in the file; `f64` loses digits when read. */
  readonly dtype: FloatType;
  /** Row-major, whatever the order in the file. */
  readonly shape: readonly number[];
  /** A fresh array of the product of `shape`. */
  read(): Promise<Float32Array>;
  /** The same numbers as they lie in the file, where those are row-major and little-endian. */
  readonly bytes?: ByteSource;
}

/** What a codec finds in a file, before any knowledge of AlexNet. */
export type StoredTensors = Map<string, StoredTensor>;
