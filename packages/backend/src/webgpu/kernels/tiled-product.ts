import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Epilogue, epilogueCode, epilogueKey } from './epilogue.js';
import { matrixLoop } from './matrix-loop.js';
import type { Program, Uniform, WebgpuBackend } from './program.js';
import { sumRows } from './sum-rows.js';
import { type Along, COLUMNS, DEPTH, each, laneLoop, ROWS, type TileLoop } from './tile-loop.js';
import { tileNumbersCode, tileNumbersOf } from './tile-numbers.js';

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
  /** Of each group. */
  readonly columns: number;
  readonly depth: number;
  /** Products of one size whose columns stand side by side in C; the shader has the number as `group`. */
  readonly groups: number;
  /** Along which of its axes four neighbors of A lie together in memory. */
  readonly aAlong: Along;
  readonly variables: readonly { readonly name: string; readonly component: 1 | 4 }[];
  /** What becomes of the sums. */
  readonly epilogue?: Epilogue;
  /**
   * WGSL: `struct Row`, `fn rowOf(m : i32) -> Row`, what is fixed for a row of A (four rows, where A
   * lies along rows), computed once; `fn readA(row : Row, k : i32) -> vec4<f32>` with zeros outside;
   * `fn readB(k : i32, n : i32) -> vec4<f32>`, four columns of the group, with zeros outside.
   * `uniforms.depth` is the length of the sums, `uniforms.columns` the columns of a group.
   */
  readonly code: string;
}

/**
 * Runs a product and returns it as [rows, groups * columns] float32, to be disposed by the caller.
 *
 * Workgroups share tiles of A and B in workgroup memory, so a value is fetched once for 128 or 64
 * results rather than once for each; the next tile is fetched while the present one is used. Where
 * the result has few tiles, the sums are split over workgroups (z) and added up afterwards. In half
 * precision A and B are rounded on their way to workgroup memory, and multiplied by whole subgroups
 * where the device does that.
 */
export function runTiledProduct(
  backend: WebgpuBackend,
  product: TiledProduct,
  inputs: TensorInfo[],
): TensorInfo {
  const { name, rows, columns, depth, groups, variables, epilogue = {} } = product;
  const across = groups * Math.ceil(columns / COLUMNS);
  const tiles = Math.ceil(rows / ROWS) * across;
  const steps = Math.ceil(depth / DEPTH);
  const most = Math.min(
    Math.floor(ENOUGH_WORKGROUPS / tiles),
    Math.floor(PARTIAL_BYTES / (4 * rows * groups * columns)),
    Math.floor(depth / SHORTEST_SUM),
  );
  const stepsEach = Math.ceil(steps / Math.max(1, most));
  const splits = Math.ceil(steps / stepsEach);
  const component = columns % 4 === 0 ? 4 : 1;
  const numbers = tileNumbersOf(backend);
  const shape = numbers === 'f16' ? backend.matrixShape : undefined;
  const loop = shape ? matrixLoop(product.aAlong, shape) : laneLoop(product.aAlong);
  // Sums that are split are finished where they are added up.
  const { bias, relu = false }: Epilogue = splits === 1 ? epilogue : {};
  const program: Program = {
    shaderKey: [
      `alexnet_${name}_${groups}_${component}_${numbers}`,
      shape ? `by_${shape.m}_${shape.n}_${shape.k}` : 'by_lanes',
      epilogueKey({ bias, relu }),
    ].join('_'),
    outputShape: [splits, rows, groups * columns],
    variableNames: [...variables.map((variable) => variable.name), ...(bias ? ['bias'] : [])],
    variableComponents: [...variables.map((variable) => variable.component), ...(bias ? [1] : [])],
    outputComponent: component,
    workgroupSize: loop.workgroupSize,
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [across, Math.ceil(rows / ROWS), splits],
    uniforms: 'depth : i32, steps : i32, columns : i32,',
    getUserCode: () =>
      [
        tileNumbersCode(numbers),
        groups === 1 ? 'const group = 0;' : 'var<private> group : i32;',
        product.code,
        main(product.aAlong, groups, loop),
        epilogueCode('finish', 'vec4<f32>', { bias: bias !== undefined, relu }),
        write(component),
      ].join('\n'),
  };
  const uniforms: Uniform[] = [
    { type: 'int32', data: [depth] },
    { type: 'int32', data: [stepsEach] },
    { type: 'int32', data: [columns] },
  ];
  const given = bias ? [...inputs, bias] : inputs;
  const partial = backend.runWebGPUProgram(program, given, 'float32', uniforms);
  if (splits === 1) return partial;
  const sum = sumRows(backend, partial, splits, rows * groups * columns, epilogue);
  backend.disposeData(partial.dataId);
  return sum;
}

/** Whether a product of this size is within the limit of workgroups in one dimension. */
export function fitsTiles(backend: WebgpuBackend, rows: number): boolean {
  return Math.ceil(rows / ROWS) <= (backend.device.limits.maxComputeWorkgroupsPerDimension ?? 0);
}

/** The loop over tiles: the next one is fetched while the present one is used. */
function main(along: Along, groups: number, loop: TileLoop): string {
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
    ${loop.declarations}

    fn main() {
      let thread = i32(localIndex);
      let rowStart = i32(workgroupId.y) * ${ROWS};
      let tilesOfGroup = (uniforms.columns + ${COLUMNS - 1}) / ${COLUMNS};
      ${groups === 1 ? '' : 'group = i32(workgroupId.x) / tilesOfGroup;'}
      let columnStart = (i32(workgroupId.x) - group * tilesOfGroup) * ${COLUMNS};
      var k = i32(workgroupId.z) * uniforms.steps * ${DEPTH};
      let first = ${first};
      let second = ${second};
      var nextA0 : vec4<f32>;
      var nextA1 : vec4<f32>;
      var nextB : vec4<f32>;
      ${loop.begin}
      ${fetch}
      for (var step = 0; step < uniforms.steps; step++) {
        ${loop.keep}
        workgroupBarrier();
        k += ${DEPTH};
        if (step + 1 < uniforms.steps) {
          ${fetch}
        }
        ${loop.multiply}
        workgroupBarrier();
      }
      ${loop.end}
    }`;
}

function write(component: number): string {
  return `
    fn write(row : i32, column : i32, sums : vec4<f32>) {
      if (row >= uniforms.outShape[1] || column >= uniforms.columns) {
        return;
      }
      let place = group * uniforms.columns + column;
      let at = (i32(workgroupId.z) * uniforms.outShape[1] + row) * uniforms.outShape[2] + place;
      let value = finish(sums, place);
      ${
        component === 4
          ? 'result[at / 4] = value;'
          : each(
              4,
              (i) => `if (column + ${i} < uniforms.columns) { result[at + ${i}] = value[${i}]; }`,
            )
      }
    }`;
}
