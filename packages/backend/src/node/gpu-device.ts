import { existsSync } from 'node:fs';

/** Device files of a GPU on Linux: Mesa and others, NVIDIA's driver, WSL. */
const DEVICE_FILES = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'];

/**
 * Whether a hardware Vulkan driver can exist here. Dawn prints warnings of its own where none does,
 * so it is not started for nothing; a driver named outright is always tried.
 */
export function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES) return true;
  return DEVICE_FILES.some((path) => existsSync(path));
}
