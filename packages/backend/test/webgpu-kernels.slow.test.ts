import { describe, expect, it } from 'vitest';
import { noSoftwareWebgpu, runOnSoftwareWebgpu } from './software-webgpu.js';

describe.skipIf(noSoftwareWebgpu !== '')(`kernels on WebGPU ${noSoftwareWebgpu}`, () => {
  it('run where they should, equal the cpu backend to 1e-5 and leave no tensor behind', () => {
    const results = runOnSoftwareWebgpu(['webgpu-kernels-child.mjs']) as Record<
      string,
      { readonly error: number | null; readonly missing: string | null }
    >;
    expect(Object.keys(results).length).toBeGreaterThan(40);
    const wrong = Object.entries(results).filter(
      ([, { error, missing }]) => missing || error === null || !(error < 1e-5),
    );
    expect(wrong).toEqual([]);
  });
});
