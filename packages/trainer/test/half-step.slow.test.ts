import { describe, expect, it } from 'vitest';
import { noSoftwareWebgpu, runOnSoftwareWebgpu } from '../../backend/test/software-webgpu.js';

interface Report {
  readonly refused: string;
  readonly steps: readonly (readonly [loss: number, norm: number])[];
  readonly equal: boolean;
  readonly left: {
    readonly loss: number;
    readonly isFinite: boolean;
    readonly isUnchanged: boolean;
    readonly next: boolean;
  };
  readonly training: {
    readonly updates: readonly number[];
    readonly lossScale: { readonly scale: number; readonly goodSteps: number };
    readonly resumed: readonly number[];
    readonly resumedScale: { readonly scale: number; readonly goodSteps: number };
    readonly same: boolean;
  };
  readonly difference: number;
  readonly answers: readonly [exact: readonly number[], half: readonly number[]];
}

describe.skipIf(noSoftwareWebgpu !== '')(`steps in half precision ${noSoftwareWebgpu}`, () => {
  it('equal those op by op, change nothing where gradients overflow, and resume with their scale', () => {
    const child = new URL('half-step-child.mjs', import.meta.url).pathname;
    const report = runOnSoftwareWebgpu([child]) as Report;
    expect(report.refused).toBe(
      'fp16 is not to be had: this WebGPU device does not have shader-f16; use fp32 or auto',
    );

    for (const [loss, norm] of report.steps) {
      expect(Math.abs(loss)).toBeLessThan(0.005);
      expect(Math.abs(norm)).toBeLessThan(0.01);
      // It did compute in half precision.
      expect(loss).not.toBe(0);
    }
    expect(report.equal).toBe(true);
    expect(report.left).toEqual({
      loss: expect.any(Number),
      isFinite: false,
      isUnchanged: true,
      next: true,
    });
    expect(report.left.loss).toBeGreaterThan(0);

    const { updates, lossScale, resumed, resumedScale, same } = report.training;
    // Four batches: those that were no updates have halved the scale each.
    const halved = 18 - Math.log2(lossScale.scale);
    expect(halved).toBeGreaterThan(0);
    expect(updates).toEqual(Array.from({ length: 4 - halved }, (_, i) => i + 1));
    expect(resumed).toEqual(updates);
    expect(resumedScale).toEqual(lossScale);
    expect(same).toBe(true);

    expect(report.difference).toBe(0);
    expect(report.answers[0]).not.toEqual(report.answers[1]);
    report.answers[0].forEach((value, i) => {
      expect(Math.abs(value - (report.answers[1][i] ?? 0))).toBeLessThan(0.01);
    });
  });
});
