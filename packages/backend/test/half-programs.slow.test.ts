import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What Dawn checks of a pipeline once its shader was found sound. */
const SUBGROUP_SIZE = /workgroup_size \(32\) must be a multiple of the device maxSubgroupSize/;

describe('the programs of half precision', () => {
  it('are valid WGSL with the type f16, and refused on a device that was not checked', () => {
    const child = new URL('half-programs-child.mjs', import.meta.url).pathname;
    const { stdout, stderr } = spawnSync(process.execPath, [child], { encoding: 'utf8' });
    const report = JSON.parse(stdout.trim().split('\n').at(-1) || JSON.stringify(stderr));
    expect(report).toEqual({
      refused:
        'fp16 is not to be had: shader-f16 is not used on this WebGPU device: it was not checked; use fp32 or auto',
      // Seven by lanes, two by subgroups.
      programs: 9,
      errors: [],
      matrices: [expect.stringMatching(SUBGROUP_SIZE), expect.stringMatching(SUBGROUP_SIZE)],
    });
  });
});
