import type { StoredTensor } from '../tensors/tensor-file.js';
import type { ParameterName } from './schema.js';

/** A parameter message as its set fields; enums by name, repeated fields as lists. */
export type CaffeParameter = Readonly<
  Record<string, number | boolean | string | readonly number[]>
>;

/** One layer of a net, whichever version of the format said it. */
export interface CaffeLayer<Blob = StoredTensor> {
  readonly name: string;
  /** As in V2: Convolution, InnerProduct, LRN, … */
  readonly type: string;
  /** Names of the blobs it takes. */
  readonly bottom: readonly string[];
  /** Names of the blobs it gives. */
  readonly top: readonly string[];
  /** Its parameter messages, those that are read. */
  readonly parameters: Readonly<Partial<Record<ParameterName, CaffeParameter>>>;
  /** Its weights: kernels O, I / groups, H, W, then the bias. */
  readonly blobs: readonly Blob[];
  /** Whether the net has it in training only, by its `include` and `exclude` rules. */
  readonly training?: boolean;
}

/** A net as its layers, in file order. */
export interface CaffeNet {
  readonly name: string;
  /** Sides of the first input the net names without a layer, `[n, c, h, w]`; empty where it does not. */
  readonly input?: readonly number[];
  readonly layers: readonly CaffeLayer[];
}
