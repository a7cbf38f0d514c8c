import { BackendError } from '../backend-error.js';
import type { Tf } from '../selection/tf.js';
import type { TfjsWebgpu } from './tfjs-webgpu.js';

/** One program that ran on the GPU. */
export interface KernelTime {
  /** As its shader is called. */
  readonly kernel: string;
  /** Of its output. */
  readonly shape: readonly number[];
  /** Between the GPU's own timestamps at its beginning and its end. */
  readonly milliseconds: number;
}

/** The part of tfjs' WebGPUBackend that times programs. Source: its dist/backend_webgpu.js, 4.22. */
interface TimingBackend extends TfjsWebgpu {
  activeTimers: { readonly query: Promise<number> }[] | undefined;
}

/**
 * The time of every program that `work` runs, in order. Each is submitted alone: what several would do
 * side by side is not seen.
 *
 * @throws BackendError `unavailable` where the current backend is not WebGPU, or the device has no timestamps
 */
export async function timeKernels(tf: Tf, work: () => Promise<unknown>): Promise<KernelTime[]> {
  if (tf.getBackend() !== 'webgpu') {
    throw new BackendError('unavailable', `only webgpu times its kernels, not ${tf.getBackend()}`);
  }
  const backend = tf.backend() as unknown as TimingBackend;
  if (!backend.device.features.has('timestamp-query')) {
    throw new BackendError('unavailable', 'this WebGPU device has no timestamps (timestamp-query)');
  }
  const seen: Omit<KernelTime, 'milliseconds'>[] = [];
  const timers: { readonly query: Promise<number> }[] = [];
  const { recordAndSubmit } = backend;
  backend.recordAndSubmit = (program, output, ...rest) => {
    const { shaderKey } = program as { readonly shaderKey: string };
    seen.push({ kernel: shaderKey, shape: [...output.shape] });
    recordAndSubmit.call(backend, program, output, ...rest);
  };
  backend.activeTimers = timers;
  try {
    await work();
  } finally {
    backend.activeTimers = undefined;
    Reflect.deleteProperty(backend, 'recordAndSubmit');
  }
  const times = await Promise.all(timers.map(({ query }) => query));
  return seen.map((program, i) => ({ ...program, milliseconds: times[i] as number }));
}
