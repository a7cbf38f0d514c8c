import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError } from '../backend-error.js';

/**
 * What NVIDIA's driver leaves on Linux: its proc file, and libcuda.so.1 where distributions, NVIDIA's
 * container tools and WSL put it.
 */
const SIGNS = [
  'proc/driver/nvidia/version',
  'usr/lib/x86_64-linux-gnu/libcuda.so.1',
  'usr/lib64/libcuda.so.1',
  'usr/local/nvidia/lib64/libcuda.so.1',
  'usr/lib/wsl/lib/libcuda.so.1',
];

/** Whether NVIDIA's driver is on the system whose root folder is given. */
export function hasNvidiaDriver(root = '/'): boolean {
  return SIGNS.some((path) => existsSync(join(root, path)));
}

/** Throws one line where a GPU build of TensorFlow could not compute on a GPU anyway. */
export function requireNvidiaDriver(root?: string): void {
  if (process.arch !== 'x64') {
    throw new BackendError(
      'platform',
      `TensorFlow's GPU wheels are for x64 processors, not ${process.arch}: install without --gpu`,
    );
  }
  if (hasNvidiaDriver(root)) return;
  throw new BackendError(
    'no-driver',
    'this machine has no NVIDIA driver (no /proc/driver/nvidia, no libcuda.so.1), so nothing was downloaded: install the driver, or run alexnet backend install without --gpu',
  );
}
