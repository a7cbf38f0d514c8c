import type { TensorInfo } from '@tensorflow/tfjs-core';

/** An input a kernel cannot do without. */
export function need(inputs: Readonly<Record<string, TensorInfo>>, name: string): TensorInfo {
  const tensor = inputs[name];
  if (!tensor) throw new Error(`kernel input ${name} is missing`);
  return tensor;
}
