/** Three numbers, one a channel: red, green, blue. */
export type Vector3 = readonly [number, number, number];
/** Three rows of three. */
export type Matrix3 = readonly [Vector3, Vector3, Vector3];

/** Jacobi converges quadratically; a 3×3 matrix needs about six sweeps to the last bit. */
const SWEEPS = 12;

/**
 * Eigenvalues (largest first) and unit eigenvectors (as rows) of a symmetric 3×3 matrix, by cyclic
 * Jacobi rotations. The largest component of each vector is made positive, since its sign is free.
 */
export function eigenSymmetric3(matrix: Matrix3): { values: Vector3; vectors: Matrix3 } {
  const a = matrix.map((row) => [...row]);
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  const order = [0, 1, 2].sort((i, j) => at(a, j, j) - at(a, i, i));
  const [first = 0, second = 1, third = 2] = order;
  return {
    values: [at(a, first, first), at(a, second, second), at(a, third, third)],
    vectors: [column(v, first), column(v, second), column(v, third)],
  };
}

/** One rotation that makes `a[p][q]` zero: a ← Jᵀ·a·J, v ← v·J. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const apq = at(a, p, q);
  if (apq === 0) return;
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < 3; k++) {
    const row = a[k] as number[];
    const [x, y] = [at(a, k, p), at(a, k, q)];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (let k = 0; k < 3; k++) {
    const [x, y] = [at(a, p, k), at(a, q, k)];
    (a[p] as number[])[k] = c * x - s * y;
    (a[q] as number[])[k] = s * x + c * y;
    const row = v[k] as number[];
    const [vx, vy] = [at(v, k, p), at(v, k, q)];
    row[p] = c * vx - s * vy;
    row[q] = s * vx + c * vy;
  }
}

function column(v: number[][], i: number): Vector3 {
  const [x, y, z] = [at(v, 0, i), at(v, 1, i), at(v, 2, i)];
  const largest = [x, y, z].reduce((max, value) => (Math.abs(value) > Math.abs(max) ? value : max));
  return largest < 0 ? [-x, -y, -z] : [x, y, z];
}

function at(matrix: readonly (readonly number[])[], row: number, col: number): number {
  return matrix[row]?.[col] ?? 0;
}
