import { describe, expect, it } from 'vitest';
import { nameLayersOf } from '../src/alexnet/state-dict.js';
import { filled } from '../src/tensors/derived.js';

/** A convolution and its batch norm by these names. */
function tensors(conv: string, norm: string) {
  const weight = { ...filled(54, 1), shape: [2, 3, 3, 3] };
  const parts = ['weight', 'bias', 'running_mean', 'running_var'];
  return new Map([
    [`${conv}.weight`, weight],
    ...parts.map((part) => [`${norm}.${part}`, filled(2, 1)] as const),
  ]);
}

describe('where a batch norm stands', () => {
  it.each([
    ['features.0', 'features.1', 0],
    ['conv1', 'bn1', 1],
    ['conv1.0', 'norm.0', 1],
  ])('%s and %s: is said where no numbers say it', (conv, norm, count) => {
    const { notes } = nameLayersOf(tensors(conv, norm), false);
    expect(notes.filter(({ detail }) => detail.includes('is taken to stand'))).toHaveLength(count);
  });
});
