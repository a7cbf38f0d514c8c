import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Chromium ships a software Vulkan driver and the loader Dawn wants. */
const CHROMIUM = '/usr/lib/chromium';

/** Why WebGPU cannot be tested here, as the end of a test's title; empty where it can. */
export const noSoftwareWebgpu = existsSync(`${CHROMIUM}/vk_swiftshader_icd.json`)
  ? ''
  : `(skipped: no SwiftShader in ${CHROMIUM}; install chromium)`;

/** Runs Node in a process that sees the software driver; the last line it prints is JSON. */
export function runOnSoftwareWebgpu(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...env,
      LD_LIBRARY_PATH: CHROMIUM,
      VK_DRIVER_FILES: `${CHROMIUM}/vk_swiftshader_icd.json`,
    },
  });
  if (status !== 0) throw new Error(stderr || stdout);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
