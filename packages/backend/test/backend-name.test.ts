import { expect, it } from 'vitest';
import { parseBackendName } from '../src/index.js';

it('takes a known name in any case', () => {
  expect(parseBackendName(' WASM ')).toBe('wasm');
});

it.each([
  ['tensorfow', 'tensorflow'],
  ['webgpy', 'webgpu'],
  ['gpu', 'cpu'],
])('names the nearest right one for %s', (typed, meant) => {
  expect(() => parseBackendName(typed)).toThrow(
    `unknown backend "${typed}": did you mean "${meant}"?`,
  );
});
