import { BackendError } from '../../backend-error.js';
import { processorFlags } from '../../node/processor-flags.js';
import type { Tf } from '../../selection/tf.js';
import type { TensorflowBackend } from '../ops/raw-ops.js';

/** In what convolutions and dense layers compute; everything else is float32. */
export type Precision = 'fp32' | 'bf16';

/**
 * Decides in what the compiled graphs of the current backend, training steps and predictions, compute
 * convolutions and dense layers. Weights, momentum, loss, softmax, response normalization and sums
 * stay float32 in any case. `auto` takes bf16 where it is fast: on processors with AMX or AVX512-BF16.
 *
 * @returns what was chosen
 * @throws BackendError `precision` where bf16 was asked for and is not to be had
 */
export function setPrecision(tf: Tf, wanted: Precision | 'auto'): Precision {
  const reason = wanted === 'fp32' ? null : whyNoBfloat16(tf);
  if (wanted === 'bf16' && reason) {
    throw new BackendError('precision', `bf16 is not to be had: ${reason}; use fp32 or auto`);
  }
  const precision = wanted === 'fp32' || reason ? 'fp32' : 'bf16';
  Object.assign(tf.backend(), { precision });
  return precision;
}

/** Instructions that make bfloat16 fast. */
const BFLOAT16_FLAGS = ['amx_bf16', 'avx512_bf16'];

function whyNoBfloat16(tf: Tf): string | null {
  const name = tf.getBackend();
  if (name !== 'tensorflow') return `the ${name} backend computes in float32`;
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as TensorflowBackend;
  if (isUsingGpuDevice) return 'a build of TensorFlow for GPUs computes in float32 here';
  if (!binding.copyTensor) return 'the TensorFlow addon was not built by alexnet backend install';
  if (process.env.TF_ENABLE_ONEDNN_OPTS === '0')
    return 'TF_ENABLE_ONEDNN_OPTS=0 switches oneDNN off';
  const flags = processorFlags();
  if (!BFLOAT16_FLAGS.some((flag) => flags.has(flag)))
    return 'this processor has neither AMX nor AVX512-BF16';
  return null;
}
