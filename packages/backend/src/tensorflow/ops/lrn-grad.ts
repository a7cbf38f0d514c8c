import type { Tf } from '../../selection/tf.js';
import { need, registerTensorflowKernel, type TensorflowBackend, withRawOps } from './raw-ops.js';

/**
 * Gradient of local response normalisation, `y = x s^-beta` with `s = bias + alpha (x² B)` and `B`
 * the band matrix of the window: `dx = dy s^-beta - 2 alpha beta x ⊙ ((dy ⊙ y / s) B)`.
 *
 * TensorFlow's own LRNGrad on a processor calls pow per element; with beta = 3/4, the value of every
 * AlexNet, s^-3/4 is two square roots, and the two sums are matrix products. On a GPU, and for other
 * exponents, TensorFlow's own op runs.
 */
export function registerLrnGrad(tf: Tf): void {
  registerTensorflowKernel(tf, 'AlexNetLRNGrad', ({ inputs, attrs, backend }) => {
    const { depthRadius, bias, alpha, beta } = attrs as unknown as LrnConstants;
    const x = need(inputs, 'x');
    const channels = x.shape.at(-1) ?? 0;
    return withRawOps(backend, (ops) => {
      const map = ops.input(x);
      const y = ops.input(need(inputs, 'y'));
      const dy = ops.input(need(inputs, 'dy'));
      if (beta !== 0.75 || backend.isUsingGpuDevice) {
        const constants = {
          depth_radius: depthRadius,
          bias: { float: bias },
          alpha: { float: alpha },
          beta: { float: beta },
        };
        return ops.run('LRNGrad', constants, [dy, map, y]);
      }
      const rows = ops.ints([-1, channels]);
      const flat = (handle: typeof map) => ops.run('Reshape', {}, [handle, rows]);
      const product = (left: typeof map, right: typeof map) =>
        ops.run('MatMul', { transpose_a: false, transpose_b: false }, [left, right]);
      const times = (left: typeof map, right: typeof map) => ops.run('Mul', {}, [left, right]);

      const flatX = flat(map);
      const sum = product(
        ops.run('Square', {}, [flatX]),
        band(backend, channels, depthRadius, alpha),
      );
      const s = ops.run('AddV2', {}, [sum, ops.scalar(bias)]);
      const root = ops.run('Rsqrt', {}, [s]);
      const power = times(root, ops.run('Sqrt', {}, [root]));
      const direct = times(flat(dy), power);
      const weighted = times(times(times(flat(dy), flat(y)), root), root);
      const around = product(weighted, band(backend, channels, depthRadius, 2 * alpha * beta));
      const dx = ops.run('Sub', {}, [direct, times(flatX, around)]);
      return ops.run('Reshape', {}, [dx, ops.ints(x.shape)]);
    });
  });
}

interface LrnConstants {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** `value` where two channels are at most `radius` apart, 0 elsewhere: [channels, channels]. */
function band(backend: TensorflowBackend, channels: number, radius: number, value: number) {
  const key = `${channels},${radius},${value}`;
  const cache = bands.get(backend) ?? new Map<string, number>();
  bands.set(backend, cache);
  let id = cache.get(key);
  if (id === undefined) {
    const data = new Float32Array(channels * channels);
    for (let row = 0; row < channels; row++) {
      const from = row * channels + Math.max(0, row - radius);
      data.fill(value, from, row * channels + Math.min(channels, row + radius + 1));
    }
    id = backend.binding.createTensor([channels, channels], backend.binding.TF_FLOAT, data);
    cache.set(key, id);
  }
  return { metadata: { id, shape: [channels, channels], dtype: backend.binding.TF_FLOAT } };
}

/** One matrix per network layer and constant, kept: 0.25 MB for 256 channels. */
const bands = new WeakMap<TensorflowBackend, Map<string, number>>();
