import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import { registerTensorflowKernel, type TensorflowBackend, withRawOps } from './raw-ops.js';

/** TensorFlow's names of what can follow a product. */
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
 * Runs tfjs' FusedConv2D and _FusedMatMul, a convolution or a product with its bias and ReLU, as the
 * one op TensorFlow has for each; tfjs-node runs three, each a pass over memory.
 *
 * On a processor with oneDNN, with an addon built here: the op's list of names is an attribute tfjs-node's binding
 * cannot give. Whatever else tfjs allows (other activations, no bias, other layouts) stays with
 * tfjs-node's own kernel, which is the plain twin.
 */
export function registerFusedOps(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  // The grouped convolution is there exactly where oneDNN is.
  const hasOneDnn = tf.getKernel('AlexNetGroupedConv2D', 'tensorflow') !== undefined;
  if (!backend.binding.executeFused || backend.isUsingGpuDevice || !hasOneDnn) return;

  override(tf, 'FusedConv2D', ({ x, filter }, bias, attrs, fusedOps) => {
    const { strides, pad, dilations, dataFormat } = attrs as unknown as ConvAttributes;
    const padding = typeof pad === 'string' ? pad.toUpperCase() : pad === 0 ? 'VALID' : undefined;
    if (!x || !filter || dataFormat !== 'NHWC' || !padding) return undefined;
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

  override(tf, '_FusedMatMul', ({ a, b }, bias, attrs, fusedOps) => {
    if (!a || !b || [a, b, bias].map(({ shape }) => shape.length).join() !== '2,2,1') {
      return undefined;
    }
    return withRawOps(backend, (ops) => {
      const attributes = {
        transpose_a: Boolean(attrs.transposeA),
        transpose_b: Boolean(attrs.transposeB),
        num_args: 1,
        fused_ops: fusedOps,
      };
      return ops.run('_FusedMatMul', attributes, [a, b, bias].map(ops.input));
    });
  });
}

interface ConvAttributes {
  readonly strides: number | readonly [number, number];
  readonly dilations: number | readonly [number, number];
  readonly pad: 'valid' | 'same' | number | readonly unknown[];
  readonly dataFormat: string;
}

const pair = (value: number | readonly [number, number]): readonly number[] =>
  typeof value === 'number' ? [value, value] : value;

type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

/** Puts a kernel before tfjs-node's, which runs wherever the new one gives nothing. */
function override(
  tf: Tf,
  name: 'FusedConv2D' | '_FusedMatMul',
  fused: (
    inputs: Inputs,
    bias: TensorInfo,
    attrs: Readonly<Record<string, unknown>>,
    fusedOps: readonly string[],
  ) => TensorInfo | TensorInfo[] | undefined,
): void {
  const stock = tf.getKernel(name, 'tensorflow');
  if (!stock) return;
  registerTensorflowKernel(tf, name, ({ inputs, attrs, backend }) => {
    const fusedOps = ACTIVATIONS[String(attrs.activation ?? 'linear')];
    const { bias, preluActivationWeights } = inputs;
    const able = backend.binding.executeFused && fusedOps && bias && !preluActivationWeights;
    const result = able ? fused(inputs, bias, attrs, fusedOps) : undefined;
    return (
      result ??
      (stock.kernelFunc({ inputs: { ...inputs }, attrs: attrs as never, backend }) as TensorInfo)
    );
  });
}
