import { describe, expect, it } from 'vitest';
import { halvesOfGpu } from '../src/tensorflow/step/precision.js';

describe('the half precisions of a GPU', () => {
  it.each([
    { gpu: 'an H200', capability: 9, has: ['bf16', 'fp16'] },
    { gpu: 'an A100', capability: 8, has: ['bf16', 'fp16'] },
    { gpu: 'a T4', capability: 7.5, has: ['fp16'] },
    { gpu: 'a P100', capability: 6, has: [] },
    { gpu: 'one nvidia-smi says nothing of', capability: null, has: [] },
  ])('$gpu: $has', ({ capability, has }) => {
    const whyNot = halvesOfGpu(capability);
    const found = Object.entries(whyNot).filter(([, reason]) => reason === null);
    expect(found.map(([name]) => name)).toEqual(has);
  });

  it('are refused with what the GPU has and what it takes', () => {
    expect(halvesOfGpu(7.5).bf16).toBe('this GPU has compute capability 7.5, it needs 8.0');
    expect(halvesOfGpu(null).fp16).toContain('nvidia-smi does not say');
  });
});
