import { describe, expect, it } from 'vitest';
import { withEnablesFirst } from '../src/webgpu/hoist-enables.js';
import { toHalf } from './half.mjs';

describe('rounding to half precision, which kernels are tested against', () => {
  // Source: numpy.float32(value).astype(numpy.float16), NumPy 1.26.
  it.each([
    [0.1, 0.0999755859375],
    [-1 / 3, -0.333251953125],
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1.001953125],
    [2049, 2048],
    [2051, 2052],
    [65_504, 65_504],
    [65_519.9, 65_504],
    [65_520, Number.POSITIVE_INFINITY],
    [-1e6, Number.NEGATIVE_INFINITY],
    [3 * 2 ** -25, 2 ** -23],
    [2 ** -25, 0],
    [5.96e-8, 2 ** -24],
  ])('%f is %f', (value, half) => {
    expect(toHalf(value)).toBe(half);
  });
});

describe('what a shader enables', () => {
  it('comes before everything else, once', () => {
    const code =
      'struct A { x : f32 }\n  enable f16;\nfn a() {}\nenable f16;\n diagnostic(off, some.rule);\nfn b() {}';
    const lines = withEnablesFirst(code).split('\n');
    expect(lines.slice(0, 2)).toEqual(['enable f16;', 'diagnostic(off, some.rule);']);
    expect(lines.slice(2).join('\n')).not.toMatch(/enable|diagnostic/);
    expect(lines.join('\n')).toContain('struct A { x : f32 }');
  });

  it('leaves others as they are', () => {
    expect(withEnablesFirst('fn a() {}').trim()).toBe('fn a() {}');
  });
});
