import type { Tile } from './tile.js';
import { type Along, each, fetchesOf, type TileLoop } from './tile-loop.js';

/** What a subgroup multiplies at once: [m, k] by [k, n], half precision, with sums in float32. */
export interface MatrixShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Threads of a subgroup, and rows and columns of its part of the result. */
const SIDE = 32;

/** Whether {@link matrixLoop} can be written for a shape and a tile. */
export function fitsTile({ m, n, k }: MatrixShape, { rows, columns, depth }: Tile): boolean {
  const inSides = rows % SIDE === 0 && columns % SIDE === 0;
  // Every thread brings as many vectors of A as others, and of B.
  const isEven = (8 * depth) % rows === 0 && (8 * depth) % columns === 0;
  return inSides && isEven && SIDE % m === 0 && SIDE % n === 0 && depth % k === 0;
}

/**
 * Each subgroup of 32 threads, eight by default, has 32 x 32 sums, as matrices that its threads hold together. The
 * sums go through workgroup memory to where threads can write them. That the number of a subgroup is the same
 * in all of its threads is nothing a compiler sees, hence the diagnostic that is off. Source of the functions:
 * Dawn's extension chromium_experimental_subgroup_matrix, whose types name columns before rows.
 */
export function matrixLoop(along: Along, { m, n, k }: MatrixShape, tile: Tile): TileLoop {
  const { rows, columns, depth } = tile;
  const subgroups = (rows * columns) / SIDE ** 2;
  const sides = columns / SIDE;
  const workgroupSize = [SIDE, subgroups, 1] as const;
  const { ofA: fetchesOfA, ofB: fetchesOfB } = fetchesOf(tile, { workgroupSize });
  const [down, across] = [SIDE / m, SIDE / n];
  const ofA = (i: number, step: number) =>
    along === 'rows'
      ? `subgroupMatrixLoad<Left, col_major>(&tileA, u32(${step * k * rows} + ownRow + ${i * m}), ${rows}u)`
      : `subgroupMatrixLoad<Left, row_major>(&tileA, u32((ownRow + ${i * m}) * ${depth} + ${step * k}), ${depth}u)`;
  const ofB = (j: number, step: number) =>
    `subgroupMatrixLoad<Right, row_major>(&tileB, u32(${step * k * columns} + ownColumn + ${j * n}), ${columns}u)`;
  const sums = (line: (i: number, j: number) => string) =>
    each(down, (i) => each(across, (j) => line(i, j)));
  const keepFour = (name: string, at: string, value: string) => `
        {
          let four = factors(${value});
          ${each(4, (lane) => `${name}[${at} + ${lane}] = four[${lane}];`)}
        }`;
  const placeOf = (i: number) => `${4 * SIDE * subgroups * i} + thread * 4`;
  return {
    workgroupSize,
    memory: 2 * (rows + columns) * depth + 4 * subgroups * m * n,
    declarations: `
    enable chromium_experimental_subgroup_matrix;
    diagnostic(off, chromium.subgroup_matrix_uniformity);
    alias Left = subgroup_matrix_left<f16, ${k}, ${m}>;
    alias Right = subgroup_matrix_right<f16, ${n}, ${k}>;
    alias Sums = subgroup_matrix_result<f32, ${n}, ${m}>;
    var<workgroup> tileA : array<f16, ${rows * depth}>;
    var<workgroup> tileB : array<f16, ${columns * depth}>;
    var<workgroup> done : array<f32, ${subgroups * m * n}>;`,
    begin: `
      let lane = i32(localId.x);
      let own = i32(localId.y);
      let ownRow = own / ${sides} * ${SIDE};
      let ownColumn = own % ${sides} * ${SIDE};
      ${sums((i, j) => `var c${i}_${j} : Sums;`)}`,
    keep: [
      each(fetchesOfA, (i) => keepFour('tileA', placeOf(i), `nextA${i}`)),
      each(fetchesOfB, (i) => keepFour('tileB', placeOf(i), `nextB${i}`)),
    ].join('\n'),
    multiply: each(
      depth / k,
      (step) => `
        {
          ${each(down, (i) => `let a${i} = ${ofA(i, step)};`)}
          ${each(across, (j) => `let b${j} = ${ofB(j, step)};`)}
          ${sums((i, j) => `c${i}_${j} = subgroupMatrixMultiplyAccumulate(a${i}, b${j}, c${i}_${j});`)}
        }`,
    ),
    end: sums(
      (i, j) => `
      subgroupMatrixStore<row_major>(&done, u32(own * ${m * n}), c${i}_${j}, ${n}u);
      workgroupBarrier();
      for (var at = lane * 4; at < ${m * n}; at += ${4 * SIDE}) {
        let start = own * ${m * n} + at;
        write(
          rowStart + ownRow + ${i * m} + at / ${n},
          columnStart + ownColumn + ${j * n} + at % ${n},
          vec4<f32>(done[start], done[start + 1], done[start + 2], done[start + 3]));
      }
      workgroupBarrier();`,
    ),
  };
}
