import { type Along, COLUMNS, DEPTH, each, ROWS, type TileLoop } from './tile-loop.js';

/** What a subgroup multiplies at once: [m, k] by [k, n], half precision, with sums in float32. */
export interface MatrixShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Threads of a subgroup, and rows and columns of its part of the result: eight parts are a tile. */
const SIDE = 32;

/** Whether {@link matrixLoop} can be written for a shape. */
export function fitsTile({ m, n, k }: MatrixShape): boolean {
  return SIDE % m === 0 && SIDE % n === 0 && DEPTH % k === 0;
}

/**
 * Each of eight subgroups of 32 threads has 32 x 32 sums, as matrices that its threads hold together. The
 * sums go through workgroup memory to where threads can write them. That the number of a subgroup is the same
 * in all of its threads is nothing a compiler sees, hence the diagnostic that is off. Source of the functions:
 * Dawn's extension chromium_experimental_subgroup_matrix, whose types name columns before rows.
 */
export function matrixLoop(along: Along, { m, n, k }: MatrixShape): TileLoop {
  const [down, across] = [SIDE / m, SIDE / n];
  const ofA = (i: number, step: number) =>
    along === 'rows'
      ? `subgroupMatrixLoad<Left, col_major>(&tileA, u32(${step * k * ROWS} + ownRow + ${i * m}), ${ROWS}u)`
      : `subgroupMatrixLoad<Left, row_major>(&tileA, u32((ownRow + ${i * m}) * ${DEPTH} + ${step * k}), ${DEPTH}u)`;
  const ofB = (j: number, step: number) =>
    `subgroupMatrixLoad<Right, row_major>(&tileB, u32(${step * k * COLUMNS} + ownColumn + ${j * n}), ${COLUMNS}u)`;
  const sums = (line: (i: number, j: number) => string) =>
    each(down, (i) => each(across, (j) => line(i, j)));
  const keepFour = (tile: string, at: string, value: string) => `
        {
          let four = factors(${value});
          ${each(4, (lane) => `${tile}[${at} + ${lane}] = four[${lane}];`)}
        }`;
  return {
    workgroupSize: [SIDE, 8, 1],
    declarations: `
    enable chromium_experimental_subgroup_matrix;
    diagnostic(off, chromium.subgroup_matrix_uniformity);
    alias Left = subgroup_matrix_left<f16, ${k}, ${m}>;
    alias Right = subgroup_matrix_right<f16, ${n}, ${k}>;
    alias Sums = subgroup_matrix_result<f32, ${n}, ${m}>;
    var<workgroup> tileA : array<f16, ${ROWS * DEPTH}>;
    var<workgroup> tileB : array<f16, ${COLUMNS * DEPTH}>;
    var<workgroup> done : array<f32, ${8 * m * n}>;`,
    begin: `
      let lane = i32(localId.x);
      let own = i32(localId.y);
      let ownRow = own / 2 * ${SIDE};
      let ownColumn = own % 2 * ${SIDE};
      ${sums((i, j) => `var c${i}_${j} : Sums;`)}`,
    keep: [
      keepFour('tileA', 'thread * 4', 'nextA0'),
      keepFour('tileA', '1024 + thread * 4', 'nextA1'),
      keepFour('tileB', 'thread * 4', 'nextB'),
    ].join('\n'),
    multiply: each(
      DEPTH / k,
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
