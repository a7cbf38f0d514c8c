import type { Precision } from '@alexnet/model';
import { BackendError } from '../../backend-error.js';
import { processorFlags } from '../../node/processor-flags.js';
import type { Tf } from '../../selection/tf.js';
import { whyNoHalfOnWebgpu } from '../../webgpu/device-features.js';
import type { TensorflowBackend } from '../ops/raw-ops.js';
import { gpuCapability } from './gpu-capability.js';

/**
 * Decides in what the current backend computes convolutions and dense layers: TensorFlow in its compiled
 * graphs, training steps and predictions; WebGPU, which has fp16 where the device has `shader-f16`, in all
 * of them. Weights, momentum, loss, softmax, response normalization and sums stay float32 in any case.
 * `auto` takes bf16 where it is fast: on processors with AMX or AVX512-BF16 and GPUs from compute
 * capability 8.0 on; on older ones with tensor cores fp16, whose gradients the trainer scales; on WebGPU
 * fp32. Nothing of it was measured on a GPU.
 *
 * @returns what was chosen
 * @throws BackendError `precision` where bf16 or fp16 was asked for and is not to be had
 */
export function setPrecision(tf: Tf, wanted: Precision | 'auto'): Precision {
  const whyNot = wanted === 'fp32' ? NOT_ASKED : halvesOf(tf);
  if (wanted !== 'auto' && wanted !== 'fp32' && whyNot[wanted]) {
    const reason = whyNot[wanted];
    throw new BackendError('precision', `${wanted} is not to be had: ${reason}; use fp32 or auto`);
  }
  // Whether fp16 is the faster on WebGPU was not measured.
  const halves = tf.getBackend() === 'webgpu' ? [] : HALVES;
  const best = halves.find((precision) => whyNot[precision] === null) ?? 'fp32';
  const precision = wanted === 'auto' ? best : wanted;
  Object.assign(tf.backend(), { precision });
  return precision;
}

/** In the order in which `auto` takes them. */
const HALVES = ['bf16', 'fp16'] as const;

/** Why a precision is not to be had; null where it is. */
type WhyNot = Readonly<Record<(typeof HALVES)[number], string | null>>;

const NOT_ASKED: WhyNot = { bf16: 'not asked for', fp16: 'not asked for' };

function halvesOf(tf: Tf): WhyNot {
  const name = tf.getBackend();
  const neither = (reason: string): WhyNot => ({ bf16: reason, fp16: reason });
  if (name === 'webgpu') {
    return { bf16: 'WebGPU has no such type', fp16: whyNoHalfOnWebgpu(tf) };
  }
  if (name !== 'tensorflow') return neither(`the ${name} backend computes in float32`);
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as TensorflowBackend;
  if (!binding.copyTensor)
    return neither('the TensorFlow addon was not built by alexnet backend install');
  if (isUsingGpuDevice) return halvesOfGpu(gpuCapability());
  return { bf16: whyNoBfloat16(), fp16: 'it is for GPUs; processors convert it at every step' };
}

/** Of a GPU of a compute capability. */
export function halvesOfGpu(capability: number | null): WhyNot {
  if (capability === null) {
    const reason = 'nvidia-smi does not say the compute capability of the GPU';
    return { bf16: reason, fp16: reason };
  }
  // Source: CUDA C++ Programming Guide, "Compute Capabilities": tensor cores of fp16, of bf16.
  const needs = (least: number) =>
    capability >= least
      ? null
      : `this GPU has compute capability ${capability.toFixed(1)}, it needs ${least.toFixed(1)}`;
  return { bf16: needs(8), fp16: needs(7) };
}

/** Instructions that make bfloat16 fast. */
const BFLOAT16_FLAGS = ['amx_bf16', 'avx512_bf16'];

function whyNoBfloat16(): string | null {
  if (process.env.TF_ENABLE_ONEDNN_OPTS === '0')
    return 'TF_ENABLE_ONEDNN_OPTS=0 switches oneDNN off';
  const flags = processorFlags();
  if (!BFLOAT16_FLAGS.some((flag) => flags.has(flag)))
    return 'this processor has neither AMX nor AVX512-BF16';
  return null;
}
