/** Part of the result one workgroup of 256 threads computes. */
export const ROWS = 128;
export const COLUMNS = 64;
/** Terms of the sums that lie in workgroup memory at a time: (128 + 64) x 16 floats are 12 of 16 KiB. */
export const DEPTH = 16;

/** Along which of its axes four neighbors of A lie together in memory. */
export type Along = 'rows' | 'depth';

/** WGSL of what happens to tiles once they are fetched. */
export interface TileLoop {
  readonly workgroupSize: [number, number, number];
  /** Before `main`: what tiles and sums are kept in. */
  readonly declarations: string;
  /** The sums at zero. */
  readonly begin: string;
  /** `nextA0`, `nextA1` and `nextB`, vectors of four, into workgroup memory at `thread`. */
  readonly keep: string;
  /** Adds the products of the tiles to the sums. */
  readonly multiply: string;
  /** Calls `write(row, column, sums)` for every four sums, from `rowStart` and `columnStart` on. */
  readonly end: string;
}

export const each = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/**
 * Every thread has 8 x 4 sums. A is kept as [16][128] where it is read along its rows, as [128][16] where it
 * is read along the sum, so that both are stored as they were fetched, in vectors of four. Everything
 * is unrolled: accumulators in an indexed array may leave the registers.
 */
export function laneLoop(along: Along): TileLoop {
  return {
    workgroupSize: [16, 16, 1],
    declarations: `
    var<workgroup> tileA : array<Factors, ${(ROWS * DEPTH) / 4}>;
    var<workgroup> tileB : array<Factors, ${(COLUMNS * DEPTH) / 4}>;`,
    begin: `
      let tx = i32(localId.x);
      let ty = i32(localId.y);
      ${each(8, (i) => `var c${i} = vec4<f32>(0.0);`)}`,
    keep: `
        tileA[thread] = factors(nextA0);
        tileA[thread + 256] = factors(nextA1);
        tileB[thread] = factors(nextB);`,
    multiply: along === 'rows' ? alongRows() : alongDepth(),
    end: each(8, (i) => `write(rowStart + ${rowOfThread(along, i)}, columnStart + tx * 4, c${i});`),
  };
}

/** Neighbors along rows come as vectors; along the sum, threads interleave so that banks differ. */
function rowOfThread(along: Along, i: number): string {
  return along === 'rows' ? `ty * 8 + ${i}` : `ty + ${16 * i}`;
}

const alongRows = () => `
        for (var d = 0; d < ${DEPTH}; d++) {
          let b = vec4<f32>(tileB[d * 16 + tx]);
          let a0 = vec4<f32>(tileA[d * 32 + ty * 2]);
          let a1 = vec4<f32>(tileA[d * 32 + ty * 2 + 1]);
          ${each(8, (i) => `c${i} = fma(vec4<f32>(a${i >> 2}[${i & 3}]), b, c${i});`)}
        }`;

const alongDepth = () => `
        for (var d = 0; d < ${DEPTH / 4}; d++) {
          ${each(4, (i) => `let b${i} = vec4<f32>(tileB[(d * 4 + ${i}) * 16 + tx]);`)}
          ${each(
            8,
            (i) => `let a${i} = vec4<f32>(tileA[(ty + ${16 * i}) * 4 + d]);
          ${each(4, (j) => `c${i} = fma(vec4<f32>(a${i}[${j}]), b${j}, c${i});`)}`,
          )}
        }`;
