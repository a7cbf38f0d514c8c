/** A parameter tensor outside tfjs: row-major float32 values and their shape. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
