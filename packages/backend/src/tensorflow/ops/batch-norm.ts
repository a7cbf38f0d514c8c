import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { type Attributes, type Handle, type RawOps, TF_FLOAT, withRawOps } from './raw-ops.js';

/** Batch normalization as in training and its gradient, TensorFlow's `FusedBatchNormV3` and its `Grad`. */
export function registerBatchNorm(tf: Tf): void {
  registerKernel(tf, 'tensorflow', 'AlexNetBatchNorm', ({ inputs, attrs, backend }) =>
    withRawOps(backend, (ops) => {
      const { shape } = inputs.x;
      const map = asMap(ops, ops.input(inputs.x), shape);
      // The running values stay the caller's: none are given.
      const given = [map, ops.input(inputs.scale), ops.input(inputs.shift), ops.none(), ops.none()];
      const [y, ...rest] = ops.runMany('FusedBatchNormV3', attributesOf(attrs), given, 6);
      return [asShape(ops, y as Handle, shape), ...rest];
    }),
  );
  registerKernel(tf, 'tensorflow', 'AlexNetBatchNormGrad', ({ inputs, attrs, backend }) =>
    withRawOps(backend, (ops) => {
      const { shape } = inputs.x;
      const kept = [inputs.kept0, inputs.kept1, inputs.kept2].map(ops.input);
      const given = [
        asMap(ops, ops.input(inputs.dy), shape),
        asMap(ops, ops.input(inputs.x), shape),
        ops.input(inputs.scale),
        ...kept,
      ];
      const [dx, dscale, dshift] = ops.runMany(
        'FusedBatchNormGradV3',
        attributesOf(attrs),
        given,
        5,
      ) as [Handle, Handle, Handle];
      return [asShape(ops, dx, shape), dscale, dshift];
    }),
  );
}

const attributesOf = ({ epsilon }: { readonly epsilon: number }): Attributes => ({
  U: TF_FLOAT,
  epsilon: { float: epsilon },
  data_format: 'NHWC',
  is_training: true,
});

/** The op takes maps alone: units are maps of one pixel. */
const asMap = (ops: RawOps, x: Handle, shape: readonly number[]): Handle =>
  shape.length === 4 ? x : ops.run('Reshape', {}, [x, ops.ints([-1, 1, 1, shape.at(-1) ?? 1])]);

const asShape = (ops: RawOps, map: Handle, shape: readonly number[]): Handle =>
  shape.length === 4 ? map : ops.run('Reshape', {}, [map, ops.ints(shape)]);
