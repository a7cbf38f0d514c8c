import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { componentOf } from './conv2d-geometry.js';
import { flatDispatch, seenAs, type WebgpuBackend } from './program.js';
import { sumRows } from './sum-rows.js';

/** Vectors of four one thread adds up where a tensor is large. */
const VECTORS_EACH = 16;
const WORKGROUP = 256;
/** Threads that read at a large GPU's full speed. */
const MOST_THREADS = 2 ** 18;

/**
 * Adds AlexNetSquaredNorm, the sum of the squares of all numbers of all tensors, a scalar: each tensor is
 * read once, by many threads, each of which adds to what it had of the tensors before. tfjs writes the
 * squares of every tensor and sums each up in one workgroup, which reads all 37.7 million of fc6.
 */
export function registerSquaredNorm(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetSquaredNorm', ({ inputs, backend }) => {
    const tensors = Object.values(inputs);
    const sizes = tensors.map(({ shape }) => tf.util.sizeFromShape(shape));
    const groups = Math.ceil(Math.max(...sizes) / (4 * VECTORS_EACH * WORKGROUP));
    const threads = Math.min(groups * WORKGROUP, MOST_THREADS);
    let sums: TensorInfo | undefined;
    tensors.forEach((tensor, i) => {
      const next = addSquares(backend, tensor, sizes[i] as number, threads, sums);
      if (sums) backend.disposeData(sums.dataId);
      sums = next;
    });
    const all = sums as TensorInfo;
    const total = sumRows(backend, all, threads, 1);
    backend.disposeData(all.dataId);
    return seenAs(total, []);
  });
}

function addSquares(
  backend: WebgpuBackend,
  tensor: TensorInfo,
  size: number,
  threads: number,
  before: TensorInfo | undefined,
): TensorInfo {
  const component = componentOf(size);
  const outputShape = [threads];
  return backend.runWebGPUProgram(
    {
      shaderKey: `alexnet_squares_${component}_${before ? 'more' : ''}`,
      outputShape,
      variableNames: before ? ['x', 'before'] : ['x'],
      variableComponents: before ? [component, 1] : [component],
      outputComponent: 1,
      uniforms: 'count : i32,',
      size: true,
      ...flatDispatch(outputShape, 1, WORKGROUP),
      getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          var sum = ${before ? 'before[index]' : '0.0'};
          for (var at = index; at < uniforms.count; at += uniforms.size) {
            let value = x[at];
            sum += ${component === 4 ? 'dot(value, value)' : 'value * value'};
          }
          result[index] = sum;
        }
      }`,
    },
    [seenAs(tensor, [size]), ...(before ? [before] : [])],
    'float32',
    [{ type: 'int32', data: [size / component] }],
  );
}
