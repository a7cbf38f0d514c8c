import type { StoredTensor } from '../tensors/tensor-file.js';
import type { ParameterName } from './schema.js';

/** A parameter message as its set fields; enums by name. */
export type CaffeParameter = Readonly<Record<string, number | boolean | string>>;

export interface CaffeLayer<Blob = StoredTensor> {
  readonly name: string;
  /** As in V2: Convolution, InnerProduct, LRN, … */
  readonly type: string;
  readonly bottom: readonly string[];
  readonly top: readonly string[];
  readonly parameters: Readonly<Partial<Record<ParameterName, CaffeParameter>>>;
  readonly blobs: readonly Blob[];
}

export interface CaffeNet {
  readonly name: string;
  readonly layers: readonly CaffeLayer[];
}
