import { describe, expect, it } from 'vitest';
import { afterOverflow, afterUpdate, INITIAL_LOSS_SCALE } from '../src/step/loss-scale.js';

describe('the scale of the loss', () => {
  it('begins at 32,768 and doubles after 2,000 updates in a row, as Keras does', () => {
    let state = INITIAL_LOSS_SCALE;
    for (let i = 0; i < 1_999; i++) state = afterUpdate(state);
    expect(state).toEqual({ scale: 32_768, goodSteps: 1_999 });
    expect(afterUpdate(state)).toEqual({ scale: 65_536, goodSteps: 0 });
  });

  it('halves where gradients are not finite, and counts anew', () => {
    const state = { scale: 1_024, goodSteps: 1_500 };
    expect(afterOverflow(state)).toEqual({ scale: 512, goodSteps: 0 });
    expect(state.scale).toBe(1_024);
  });

  it('has no way down from 1: then it is a failure', () => {
    expect(afterOverflow({ scale: 2, goodSteps: 0 })).toEqual({ scale: 1, goodSteps: 0 });
    expect(afterOverflow({ scale: 1, goodSteps: 9 })).toBeNull();
  });
});
