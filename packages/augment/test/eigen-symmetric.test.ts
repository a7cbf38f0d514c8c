import { describe, expect, it } from 'vitest';
import { eigenSymmetric3, type Matrix3 } from '../src/eigen-symmetric.js';

describe('eigenSymmetric3', () => {
  it('finds what numpy.linalg.eigh finds, the largest value first and the largest component positive', () => {
    const { values, vectors } = eigenSymmetric3([
      [5, 2, -1],
      [2, 4, -3],
      [-1, -3, 7],
    ]);
    const expected = [
      [9.66203005, [-0.3902192, -0.53490509, 0.74940344]],
      [4.67899221, [0.83831649, 0.13015656, 0.52941923]],
      [1.65897773, [-0.38072882, 0.83482681, 0.39763018]],
    ] as const;
    for (const [i, [value, vector]] of expected.entries()) {
      expect(values[i]).toBeCloseTo(value, 8);
      for (const [j, component] of vector.entries()) {
        expect(vectors[i]?.[j]).toBeCloseTo(component, 8);
      }
    }
  });

  it.each<[string, Matrix3]>([
    [
      'gray only',
      [
        [4, 4, 4],
        [4, 4, 4],
        [4, 4, 4],
      ],
    ],
    [
      'channels apart',
      [
        [1, 0, 0],
        [0, 9, 0],
        [0, 0, 4],
      ],
    ],
    [
      'two alike',
      [
        [2, -1, 0],
        [-1, 2, 0],
        [0, 0, 3],
      ],
    ],
  ])('of %s stretches each vector by its value, at right angles', (_, matrix) => {
    const { values, vectors } = eigenSymmetric3(matrix);
    expect([...values].sort((a, b) => b - a)).toEqual(values);
    for (const [i, vector] of vectors.entries()) {
      for (const [j, row] of matrix.entries()) {
        const stretched = row.reduce((sum, value, k) => sum + value * (vector[k] as number), 0);
        expect(stretched).toBeCloseTo((values[i] as number) * (vector[j] as number), 12);
        const dot = vector.reduce((sum, value, k) => sum + value * (vectors[j]?.[k] as number), 0);
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });
});
