import { describe, expect, it } from 'vitest';
import { noSoftwareWebgpu, runOnSoftwareWebgpu } from '../../backend/test/software-webgpu.js';

interface Report {
  readonly different: Record<
    string,
    { readonly updates: number; readonly wrong: readonly string[]; readonly error: number }
  >;
  readonly failure: { readonly sound: readonly boolean[]; readonly changed: number };
  readonly isKept: boolean;
  readonly memory: {
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly created: number;
  };
  readonly predictions: readonly boolean[];
  readonly bytes: readonly number[];
  readonly leftOver: readonly number[];
}

/** The limit of clipping is divided by the norm on the device, in float32. */
const CLIPPED = 'clipped gradients';

describe.skipIf(noSoftwareWebgpu !== '')(`steps on tape ${noSoftwareWebgpu}`, () => {
  it('equal those op by op to the bit, leave out what follows a failed one, and 300 leave memory as it was; bytes become the floats of a batch', () => {
    const child = new URL('taped-step-child.mjs', import.meta.url).pathname;
    const report = runOnSoftwareWebgpu([child]) as Report;
    const { [CLIPPED]: clipped, ...others } = report.different;
    expect(Object.keys(others).length).toBe(2);
    for (const [title, { updates, wrong }] of Object.entries(others)) {
      expect({ title, wrong }).toEqual({ title, wrong: [] });
      expect(updates).toBeGreaterThan(6);
    }
    expect(clipped?.error).toBeLessThan(1e-6);
    expect(report.failure).toEqual({ sound: [true, false, false, false, true], changed: 0 });
    expect(report.isKept).toBe(true);
    expect(report.memory.after).toEqual(report.memory.before);
    expect(report.memory.created).toBe(0);
    for (const error of report.bytes) expect(error).toBeLessThan(1e-6);
    expect(report.predictions).toEqual([true, true]);
    expect(report.leftOver).toEqual([0, 0]);
  });
});
