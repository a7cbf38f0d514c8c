import type { TensorInfo } from '@tensorflow/tfjs-core';
import { windowOf } from '../kernels/conv2d-info.js';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { convolve, geometryOf } from './conv2d.js';
import { runWasmKernel, type WasmBackend, withTemporaries } from './heap.js';

/**
 * Adds AlexNetGroupedConv2D and the gradient of its filter; that of its input is in
 * conv2d-backprop-input.ts. Forward the groups are one call, where the filters of each are a multiple of
 * eight; else, and for the filter, each group is cut out and computed alone.
 */
export function registerGroupedConv2D(tf: Tf): void {
  registerKernel(tf, 'wasm', 'AlexNetGroupedConv2D', ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs;
    const { groups } = attrs;
    const convolution = { x, filter, groups };
    const info = geometryOf(tf, convolution, windowOf(attrs));
    if (info) return convolve(backend, info, convolution);
    return inGroups(tf, backend, groups, [x, filter], (parts) =>
      runWasmKernel(
        tf,
        backend,
        'Conv2D',
        { x: parts[0] as TensorInfo, filter: parts[1] as TensorInfo },
        windowOf(attrs),
      ),
    );
  });
  registerKernel(tf, 'wasm', 'AlexNetGroupedConv2DBackpropFilter', ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs;
    const { groups, filterShape } = attrs;
    const [height, width, channels, filters] = filterShape;
    return inGroups(tf, backend, groups, [x, dy], (parts) =>
      runWasmKernel(
        tf,
        backend,
        'Conv2DBackpropFilter',
        { x: parts[0] as TensorInfo, dy: parts[1] as TensorInfo },
        {
          ...windowOf(attrs),
          filterShape: [height, width, channels, filters / groups],
        },
      ),
    );
  });
}

/** Computes with the same part of the last axis of every tensor, and puts the results side by side. */
function inGroups(
  tf: Tf,
  backend: WasmBackend,
  groups: number,
  tensors: readonly TensorInfo[],
  compute: (parts: readonly TensorInfo[]) => TensorInfo,
): TensorInfo {
  if (groups === 1) return compute(tensors);
  return withTemporaries(backend, (keep) => {
    const results: TensorInfo[] = [];
    for (let group = 0; group < groups; group++) {
      const parts = tensors.map((x) => {
        const size = x.shape.map((length, axis) => (axis === 3 ? length / groups : length));
        const begin = [0, 0, 0, group * (size[3] ?? 0)];
        return keep(runWasmKernel(tf, backend, 'Slice', { x }, { begin, size }));
      });
      results.push(keep(compute(parts)));
    }
    return runWasmKernel(tf, backend, 'Concat', results as never, { axis: 3 });
  });
}
