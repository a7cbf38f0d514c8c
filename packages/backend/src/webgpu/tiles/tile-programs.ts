import type { TensorInfo } from '@tensorflow/tfjs-core';
import { flatDispatch, type WebgpuBackend } from '../kernels/program.js';

/** Threads that compare, each every so many numbers. */
const COMPARING = 4096;

/** Numbers in [-1, 1), no two neighbors alike, in a tensor the caller disposes. */
export function anyNumbers(
  backend: WebgpuBackend,
  shape: readonly number[],
  seed: number,
): TensorInfo {
  const outputShape = [...shape];
  return backend.runWebGPUProgram(
    {
      shaderKey: 'alexnet_any_numbers',
      outputShape,
      variableNames: [],
      size: true,
      uniforms: 'seed : i32,',
      ...flatDispatch(outputShape, 1, 64),
      getUserCode: () => `
        fn main(index : i32) {
          if (index < uniforms.size) {
            // A Weyl sequence, its bits mixed.
            var bits = u32(index + uniforms.seed) * 0x9e3779b9u;
            bits = (bits ^ (bits >> 15u)) * 0x85ebca6bu;
            bits = bits ^ (bits >> 13u);
            result[index] = f32(bits >> 8u) / 8388608.0 - 1.0;
          }
        }`,
    },
    [],
    'float32',
    [{ type: 'int32', data: [seed] }],
  );
}

/** How many numbers of two tensors of one size differ in any bit, as parts of a sum; the caller disposes them. */
export function differencesOf(backend: WebgpuBackend, a: TensorInfo, b: TensorInfo): TensorInfo {
  const outputShape = [COMPARING];
  const count = a.shape.reduce((product, length) => product * length, 1);
  return backend.runWebGPUProgram(
    {
      shaderKey: 'alexnet_differences',
      outputShape,
      variableNames: ['a', 'b'],
      uniforms: 'count : i32,',
      ...flatDispatch(outputShape, 1, 64),
      getUserCode: () => `
        fn main(index : i32) {
          var differences = 0.0;
          for (var at = index; at < uniforms.count; at += ${COMPARING}) {
            differences += select(0.0, 1.0, bitcast<u32>(a[at]) != bitcast<u32>(b[at]));
          }
          result[index] = differences;
        }`,
    },
    [a, b],
    'float32',
    [{ type: 'int32', data: [count] }],
  );
}
