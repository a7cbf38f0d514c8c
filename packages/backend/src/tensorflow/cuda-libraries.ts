import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of a build, as of site-packages, that holds NVIDIA's libraries. */
export const CUDA_FOLDER = 'nvidia';

/** `Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"` */
const REQUIREMENT = /^Requires-Dist:\s*(nvidia-[^;]+?)\s*;.*extra\s*==\s*['"]and-cuda['"]/gm;

/** The requirements of the extra `and-cuda` in a wheel's METADATA, as pip takes them. */
export function cudaRequirements(metadata: string): readonly string[] {
  return [...metadata.matchAll(REQUIREMENT)].map(([, requirement = '']) => requirement);
}

/** Shared libraries, the assembler and the bitcode TensorFlow hands to it. */
export const CUDA_FILES =
  /^(nvidia\/[a-z0-9_]+\/(?:lib\/[^/]+\.so[.\d]*|bin\/(?:ptxas|nvlink|fatbinary)|nvvm\/(?:bin\/cicc|libdevice\/[^/]+\.bc)))$/;

/** What TensorFlow opens by name while it runs; the rest is opened by these, beside themselves. */
const OPENED =
  /^lib(?:cudart|nvrtc|nvJitLink|cublasLt|cublas|cufft|curand|cusparse|cusolver|cudnn|nccl|cupti)\.so\.\d+$/;

/**
 * Absolute paths of NVIDIA's libraries in a build. A library that is already in the process is found
 * by its name from then on, so that no search path has to be set.
 */
export function cudaLibraries(directory: string): readonly string[] {
  const root = join(directory, CUDA_FOLDER);
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => join(root, name, 'lib'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => ({ folder, file })))
    .filter(({ file }) => OPENED.test(file))
    .map(({ folder, file }) => join(folder, file));
}
