import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { type TensorflowBackend, withRawOps } from './raw-ops.js';

/** TensorFlow's names of what can follow a convolution. */
const ACTIVATIONS: Readonly<Record<string, readonly string[]>> = {
  linear: ['BiasAdd'],
  relu: ['BiasAdd', 'Relu'],
};

/**
 * oneDNN's kernel of the op. TensorFlow puts it in the place of its own one in graphs but not where
 * single ops are run, and its own is slower than three ops of oneDNN's. The filter may be another one
 * at the next call. Source: tensorflow/core/common_runtime/mkl_layout_pass.cc, mkl_graph_util.h.
 */
const ONEDNN = { _kernel: 'MklNameChangeOp', is_filter_const: false };

/**
 * Runs tfjs' FusedConv2D, a convolution with its bias and ReLU, as the one op TensorFlow has for it;
 * tfjs-node runs three, each a pass over memory.
 *
 * On a processor with oneDNN, with an addon built here: the op's list of names is an attribute
 * tfjs-node's binding cannot give. Whatever else tfjs allows (other activations, no bias, other
 * layouts) stays with tfjs-node's own kernel, which is the plain twin.
 */
export function registerFusedConv2D(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  // The grouped convolution is there exactly where oneDNN is.
  const hasOneDnn = tf.getKernel('AlexNetGroupedConv2D', 'tensorflow') !== undefined;
  if (!backend.binding.executeFused || backend.isUsingGpuDevice || !hasOneDnn) return;

  registerKernel(tf, 'tensorflow', 'FusedConv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter, bias } = inputs;
    const { strides, pad, dilations, dataFormat } = attrs;
    const padding = typeof pad === 'string' ? pad.toUpperCase() : pad === 0 ? 'VALID' : undefined;
    const fusedOps = opsAfterBias(backend, inputs, attrs.activation);
    if (!fusedOps || !bias || dataFormat !== 'NHWC' || !padding) return fallBack();
    return withRawOps(backend, (ops) => {
      const attributes = {
        strides: [1, ...pair(strides), 1],
        dilations: [1, ...pair(dilations), 1],
        padding,
        data_format: 'NHWC',
        num_args: 1,
        fused_ops: fusedOps,
        ...ONEDNN,
      };
      return ops.run('_MklNativeFusedConv2D', attributes, [x, filter, bias].map(ops.input));
    });
  });
}

/** What the fused op is to do after the convolution; undefined where it cannot, or while recording. */
function opsAfterBias(
  { binding }: TensorflowBackend,
  { preluActivationWeights }: { readonly preluActivationWeights?: TensorInfo },
  activation: string | undefined,
): readonly string[] | undefined {
  if (!binding.executeFused || preluActivationWeights) return undefined;
  return ACTIVATIONS[activation ?? 'linear'];
}

const pair = (value: number | readonly [number, number]): readonly number[] =>
  typeof value === 'number' ? [value, value] : value;
