import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeParityWhereAvailable, openBackend } from './parity-suite.js';

/** Chromium brings Vulkan in software, for machines without a graphics card. */
const CHROMIUM = '/usr/lib/chromium';
const SOFTWARE = {
  LD_LIBRARY_PATH: CHROMIUM,
  VK_DRIVER_FILES: join(CHROMIUM, 'vk_swiftshader_icd.json'),
};

const inSoftware = process.env.LD_LIBRARY_PATH === CHROMIUM;
const possible = !inSoftware && existsSync(SOFTWARE.VK_DRIVER_FILES);

if (possible && typeof (await openBackend('webgpu')) === 'string') {
  // A process looks for libraries where it was told at its start, so this file runs again in another.
  it('parity on webgpu in software, in a process that finds Chromium’s Vulkan', () => {
    const vitest = join(
      createRequire(import.meta.url).resolve('vitest/package.json'),
      '../vitest.mjs',
    );
    const child = spawnSync(
      process.execPath,
      [vitest, 'run', '--project', 'slow', import.meta.filename],
      {
        cwd: join(import.meta.dirname, '../../..'),
        env: { ...process.env, ...SOFTWARE },
        encoding: 'utf8',
      },
    );
    expect(child.status, child.stdout + child.stderr).toBe(0);
    expect(child.stdout).not.toContain('skipped');
  });
} else {
  await describeParityWhereAvailable('webgpu', 1e-3);
}
