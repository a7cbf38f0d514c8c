import { readdirSync } from 'node:fs';

/** What a machine has, and which of its processes asks. */
export interface MachineShare {
  readonly processors: number;
  /** Whether the processors are this process's own already. */
  readonly isDivided: boolean;
  /** Of this machine's processes. */
  readonly index: number;
  readonly count: number;
}

/** Processors of one of a machine's processes. */
export function processorsOf({ processors, isDivided, count }: MachineShare): number {
  return isDivided ? processors : Math.max(1, Math.floor(processors / count));
}

/**
 * Environment variables of one process: its part of the processors, and one GPU where there are any.
 * What the user has set stays.
 */
export function workerEnvironment(
  share: MachineShare,
  env: Readonly<Record<string, string | undefined>> = process.env,
  gpus: readonly string[] = visibleGpus(env),
): Record<string, string> {
  const threads = processorsOf(share);
  const gpu = gpus[share.index];
  return {
    // Source: tensorflow/core/common_runtime/process_util.cc.
    TF_NUM_INTRAOP_THREADS: env.TF_NUM_INTRAOP_THREADS ?? String(threads),
    ALEXNET_WORKERS: env.ALEXNET_WORKERS ?? String(Math.max(1, threads - 1)),
    ...(gpu === undefined || gpus.length < share.count ? {} : { CUDA_VISIBLE_DEVICES: gpu }),
  };
}

/** GPUs of NVIDIA: those that are named, else all of the machine. */
function visibleGpus(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (env.CUDA_VISIBLE_DEVICES !== undefined) {
    return env.CUDA_VISIBLE_DEVICES.split(',').filter((name) => name !== '');
  }
  try {
    return readdirSync('/proc/driver/nvidia/gpus').map((_, index) => String(index));
  } catch {
    return [];
  }
}
