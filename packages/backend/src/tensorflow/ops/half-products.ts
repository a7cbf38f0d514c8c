import { TF_BFLOAT16, TF_HALF } from './raw-ops.js';

/** Convolutions, products and their gradients, with the places of the inputs that are float32. */
const PRODUCTS: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
  MatMul: [0, 1],
  BatchMatMul: [0, 1],
  BatchMatMulV2: [0, 1],
};

/** The inputs that an op takes in a half precision; none for all that stays float32. */
export function halfInputs(op: string): readonly number[] {
  return PRODUCTS[op] ?? [];
}

/** TensorFlow's number of a half precision; undefined for fp32. */
export const halfType = (precision: 'fp32' | 'bf16' | 'fp16'): number | undefined =>
  ({ fp32: undefined, bf16: TF_BFLOAT16, fp16: TF_HALF })[precision];
