import { describe, expect, it } from 'vitest';
import { noSoftwareWebgpu, runOnSoftwareWebgpu } from './software-webgpu.js';

describe.skipIf(noSoftwareWebgpu !== '')(`kernels on WebGPU ${noSoftwareWebgpu}`, () => {
  it('equal those of the cpu backend to 1e-5 and leave no tensor behind', () => {
    const errors = runOnSoftwareWebgpu(['webgpu-kernels-child.mjs']) as Record<string, number>;
    expect(Object.keys(errors).length).toBeGreaterThan(40);
    const wrong = Object.entries(errors).filter(([, error]) => !(error !== null && error < 1e-5));
    expect(wrong).toEqual([]);
  });
});
