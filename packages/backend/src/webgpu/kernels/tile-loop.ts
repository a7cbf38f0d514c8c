import type { Tile } from './tile.js';

/** Along which of its axes four neighbors of A lie together in memory. */
export type Along = 'rows' | 'depth';

/** WGSL of what happens to tiles once they are fetched. */
export interface TileLoop {
  readonly workgroupSize: readonly [number, number, number];
  /** Of workgroup memory, in bytes. */
  readonly memory: number;
  /** Before `main`: what tiles and sums are kept in. */
  readonly declarations: string;
  /** The sums at zero. */
  readonly begin: string;
  /** `nextA0`, … and `nextB0`, …, vectors of four, into workgroup memory, `thread` by `thread`. */
  readonly keep: string;
  /** Adds the products of the tiles to the sums. */
  readonly multiply: string;
  /** Calls `write(row, column, sums)` for every four sums, from `rowStart` and `columnStart` on. */
  readonly end: string;
}

export const each = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** Vectors of four that each thread of a loop brings to workgroup memory, of A and of B. */
export function fetchesOf(
  { rows, columns, depth }: Tile,
  { workgroupSize: [x, y] }: Pick<TileLoop, 'workgroupSize'>,
): { readonly ofA: number; readonly ofB: number } {
  const threads = x * y;
  return { ofA: (rows * depth) / 4 / threads, ofB: (columns * depth) / 4 / threads };
}

/**
 * Every thread has some rows of some columns, 8 x 4 by default. A is kept as [depth][rows] where it is read along
 * its rows, as [rows][depth] where it is read along the sum, so that both are stored as they were fetched, in
 * vectors of four. Everything is unrolled: accumulators in an indexed array may leave the registers. Each sum
 * takes its terms one by one, in order, whatever the tile.
 *
 * @param bytes of a number in workgroup memory
 */
export function laneLoop(along: Along, tile: Tile, bytes: number): TileLoop {
  const { rows, columns, depth, rowsEach, columnsEach } = tile;
  const workgroupSize = [columns / columnsEach, rows / rowsEach, 1] as const;
  const [across, down] = workgroupSize;
  const { ofA, ofB } = fetchesOf(tile, { workgroupSize });
  const threads = across * down;
  const fours = columnsEach / 4;
  // Neighbors along rows come as vectors; along the sum, threads interleave so that banks differ.
  const rowOfThread = (i: number) =>
    along === 'rows' ? `ty * ${rowsEach} + ${i}` : `ty + ${down * i}`;
  return {
    workgroupSize,
    memory: (rows + columns) * depth * bytes,
    declarations: `
    var<workgroup> tileA : array<Factors, ${(rows * depth) / 4}>;
    var<workgroup> tileB : array<Factors, ${(columns * depth) / 4}>;`,
    begin: `
      let tx = i32(localId.x);
      let ty = i32(localId.y);
      ${each(rowsEach, (i) => each(fours, (j) => `var c${i}_${j} = vec4<f32>(0.0);`))}`,
    keep: [
      each(ofA, (i) => `tileA[thread + ${threads * i}] = factors(nextA${i});`),
      each(ofB, (i) => `tileB[thread + ${threads * i}] = factors(nextB${i});`),
    ].join('\n'),
    multiply: along === 'rows' ? alongRows(tile) : alongDepth(tile),
    end: each(rowsEach, (i) =>
      each(
        fours,
        (j) =>
          `write(rowStart + ${rowOfThread(i)}, columnStart + (tx + ${across * j}) * 4, c${i}_${j});`,
      ),
    ),
  };
}

function alongRows({ rows, columns, depth, rowsEach, columnsEach }: Tile): string {
  const across = columns / columnsEach;
  const fours = rowsEach / 4;
  return `
        for (var d = 0; d < ${depth}; d++) {
          ${each(columnsEach / 4, (j) => `let b${j} = vec4<f32>(tileB[d * ${columns / 4} + tx + ${across * j}]);`)}
          ${each(fours, (i) => `let a${i} = vec4<f32>(tileA[d * ${rows / 4} + ty * ${fours} + ${i}]);`)}
          ${each(rowsEach, (i) =>
            each(
              columnsEach / 4,
              (j) => `c${i}_${j} = fma(vec4<f32>(a${i >> 2}[${i & 3}]), b${j}, c${i}_${j});`,
            ),
          )}
        }`;
}

function alongDepth({ rows, columns, depth, rowsEach, columnsEach }: Tile): string {
  const [across, down] = [columns / columnsEach, rows / rowsEach];
  const fours = columnsEach / 4;
  return `
        for (var d = 0; d < ${depth / 4}; d++) {
          ${each(4, (k) =>
            each(
              fours,
              (j) =>
                `let b${k}_${j} = vec4<f32>(tileB[(d * 4 + ${k}) * ${columns / 4} + tx + ${across * j}]);`,
            ),
          )}
          ${each(
            rowsEach,
            (i) => `let a${i} = vec4<f32>(tileA[(ty + ${down * i}) * ${depth / 4} + d]);
          ${each(4, (k) =>
            each(fours, (j) => `c${i}_${j} = fma(vec4<f32>(a${i}[${k}]), b${k}_${j}, c${i}_${j});`),
          )}`,
          )}
        }`;
}
