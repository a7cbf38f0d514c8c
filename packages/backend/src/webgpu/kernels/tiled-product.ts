import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Program, Uniform, WebgpuBackend } from './program.js';
import { sumRows } from './sum-rows.js';

/** Part of the result one workgroup of 16 x 16 threads computes; each thread has 8 x 4 of it. */
const ROWS = 128;
const COLUMNS = 64;
/** Terms of the sums that lie in workgroup memory at a time: (128 + 64) x 16 floats are 12 of 16 KiB. */
const DEPTH = 16;
/** Workgroups that keep a large GPU busy: some eight for each of its processors. */
const ENOUGH_WORKGROUPS = 1024;
/** A workgroup's share of the sums is at least this long, or adding up would cost more than it gains. */
const SHORTEST_SUM = 256;
/** Partial results take this much memory at most, in bytes. */
const PARTIAL_BYTES = 128 * 2 ** 20;

/** C[rows, columns] = A[rows, depth] B[depth, columns], where programs read A and B as they like. */
export interface TiledProduct {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly variables: readonly { readonly name: string; readonly component: 1 | 4 }[];
  /** Along which of its axes four neighbors of A lie together in memory. */
  readonly aAlong: 'rows' | 'depth';
  /**
   * WGSL: `struct Row`, `fn rowOf(m : i32) -> Row`, what is fixed for a row of A (four rows, where A
   * lies along rows), computed once; `fn readA(row : Row, k : i32) -> vec4<f32>` with zeros outside;
   * `fn readB(k : i32, n : i32) -> vec4<f32>`, four columns, with zeros outside. `uniforms.depth` is
   * the length of the sums.
   */
  readonly code: string;
}

/**
 * Runs a product and returns it as [rows, columns] float32, to be disposed by the caller.
 *
 * Workgroups share tiles of A and B in workgroup memory, so a value is fetched once for 128 or 64
 * results rather than once for each; the next tile is fetched while the present one is used. Where
 * the result has few tiles, the sums are split over workgroups (z) and added up afterwards.
 */
export function runTiledProduct(
  backend: WebgpuBackend,
  product: TiledProduct,
  inputs: TensorInfo[],
): TensorInfo {
  const { name, rows, columns, depth, variables } = product;
  const tiles = Math.ceil(rows / ROWS) * Math.ceil(columns / COLUMNS);
  const steps = Math.ceil(depth / DEPTH);
  const most = Math.min(
    Math.floor(ENOUGH_WORKGROUPS / tiles),
    Math.floor(PARTIAL_BYTES / (4 * rows * columns)),
    Math.floor(depth / SHORTEST_SUM),
  );
  const stepsEach = Math.ceil(steps / Math.max(1, most));
  const splits = Math.ceil(steps / stepsEach);
  const component = columns % 4 === 0 ? 4 : 1;
  const program: Program = {
    shaderKey: `alexnet_${name}_${component}`,
    outputShape: [splits, rows, columns],
    variableNames: variables.map((variable) => variable.name),
    variableComponents: variables.map((variable) => variable.component),
    outputComponent: component,
    workgroupSize: [16, 16, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [Math.ceil(columns / COLUMNS), Math.ceil(rows / ROWS), splits],
    uniforms: 'depth : i32, steps : i32,',
    getUserCode: () => `${product.code}\n${loop(product.aAlong)}\n${write(component)}`,
  };
  const uniforms: Uniform[] = [
    { type: 'int32', data: [depth] },
    { type: 'int32', data: [stepsEach] },
  ];
  const partial = backend.runWebGPUProgram(program, inputs, 'float32', uniforms);
  if (splits === 1) return partial;
  const sum = sumRows(backend, partial, splits, rows * columns);
  backend.disposeData(partial.dataId);
  return sum;
}

/** Whether a product of this size is within the limit of workgroups in one dimension. */
export function fitsTiles(backend: WebgpuBackend, rows: number): boolean {
  return Math.ceil(rows / ROWS) <= (backend.device.limits.maxComputeWorkgroupsPerDimension ?? 0);
}

const each = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/**
 * The loop over tiles. A is kept as [16][128] where it is read along its rows, as [128][16] where it
 * is read along the sum, so that both are stored as they were fetched, in vectors of four. Everything
 * is unrolled: accumulators in an indexed array may leave the registers.
 */
function loop(along: 'rows' | 'depth'): string {
  const [first, second] =
    along === 'rows'
      ? ['rowOf(rowStart + (thread % 32) * 4)', 'first']
      : ['rowOf(rowStart + thread / 4)', 'rowOf(rowStart + thread / 4 + 64)'];
  const [k0, k1] =
    along === 'rows'
      ? ['k + thread / 32', 'k + thread / 32 + 8']
      : ['k + (thread % 4) * 4', 'k + (thread % 4) * 4'];
  const fetch = `
    nextA0 = readA(first, ${k0});
    nextA1 = readA(second, ${k1});
    nextB = readB(k + thread / 16, columnStart + (thread % 16) * 4);`;
  return `
    var<workgroup> tileA : array<vec4<f32>, ${(ROWS * DEPTH) / 4}>;
    var<workgroup> tileB : array<vec4<f32>, ${(COLUMNS * DEPTH) / 4}>;

    fn main() {
      let thread = i32(localIndex);
      let tx = i32(localId.x);
      let ty = i32(localId.y);
      let rowStart = i32(workgroupId.y) * ${ROWS};
      let columnStart = i32(workgroupId.x) * ${COLUMNS};
      var k = i32(workgroupId.z) * uniforms.steps * ${DEPTH};
      let first = ${first};
      let second = ${second};
      var nextA0 : vec4<f32>;
      var nextA1 : vec4<f32>;
      var nextB : vec4<f32>;
      ${each(8, (i) => `var c${i} = vec4<f32>(0.0);`)}
      ${fetch}
      for (var step = 0; step < uniforms.steps; step++) {
        tileA[thread] = nextA0;
        tileA[thread + 256] = nextA1;
        tileB[thread] = nextB;
        workgroupBarrier();
        k += ${DEPTH};
        if (step + 1 < uniforms.steps) {
          ${fetch}
        }
        ${along === 'rows' ? alongRows() : alongDepth()}
        workgroupBarrier();
      }
      ${each(8, (i) => `write(rowStart + ${rowOfThread(along, i)}, columnStart + tx * 4, c${i});`)}
    }`;
}

/** Neighbors along rows come as vectors; along the sum, threads interleave so that banks differ. */
function rowOfThread(along: 'rows' | 'depth', i: number): string {
  return along === 'rows' ? `ty * 8 + ${i}` : `ty + ${16 * i}`;
}

const alongRows = () => `
        for (var d = 0; d < ${DEPTH}; d++) {
          let b = tileB[d * 16 + tx];
          let a0 = tileA[d * 32 + ty * 2];
          let a1 = tileA[d * 32 + ty * 2 + 1];
          ${each(8, (i) => `c${i} = fma(vec4<f32>(a${i >> 2}[${i & 3}]), b, c${i});`)}
        }`;

const alongDepth = () => `
        for (var d = 0; d < ${DEPTH / 4}; d++) {
          ${each(4, (i) => `let b${i} = tileB[(d * 4 + ${i}) * 16 + tx];`)}
          ${each(
            8,
            (i) => `let a${i} = tileA[(ty + ${16 * i}) * 4 + d];
          ${each(4, (j) => `c${i} = fma(vec4<f32>(a${i}[${j}]), b${j}, c${i});`)}`,
          )}
        }`;

function write(component: number): string {
  const at = '(i32(workgroupId.z) * uniforms.outShape[1] + row) * uniforms.outShape[2] + column';
  return `
    fn write(row : i32, column : i32, value : vec4<f32>) {
      if (row >= uniforms.outShape[1]) {
        return;
      }
      let at = ${at};
      ${
        component === 4
          ? 'if (column < uniforms.outShape[2]) { result[at / 4] = value; }'
          : each(
              4,
              (i) =>
                `if (column + ${i} < uniforms.outShape[2]) { result[at + ${i}] = value[${i}]; }`,
            )
      }
    }`;
}
