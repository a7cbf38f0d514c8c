import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Epilogue, epilogueCode, epilogueKey } from './epilogue.js';
import { fitsTile, type MatrixShape, matrixLoop } from './matrix-loop.js';
import type { Program, Uniform, WebgpuBackend } from './program.js';
import { sumRows } from './sum-rows.js';
import { DEFAULT_TILE, TILES, type Tile, tileName } from './tile.js';
import { type Along, each, fetchesOf, laneLoop, type TileLoop } from './tile-loop.js';
import { type TileNumbers, tileNumbersCode, tileNumbersOf } from './tile-numbers.js';

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

/** What the factors are, and how they are multiplied. */
interface Way {
  readonly numbers: TileNumbers;
  /** By whole subgroups; left out where each thread has sums of its own. */
  readonly shape?: MatrixShape | undefined;
}

/**
 * Runs a product and returns it as [rows, groups * columns] float32, to be disposed by the caller.
 *
 * Workgroups share tiles of A and B in workgroup memory, so a value is fetched once for 128 or 64
 * results rather than once for each; the next tile is fetched while the present one is used. Where
 * the result has few tiles, the sums are split over workgroups (z) and added up afterwards. In half
 * precision A and B are rounded on their way to workgroup memory, and multiplied by whole subgroups
 * where the device does that. Tiles are the backend's choice, and change no bit of the result.
 */
export function runTiledProduct(
  backend: WebgpuBackend,
  product: TiledProduct,
  inputs: TensorInfo[],
): TensorInfo {
  const numbers = tileNumbersOf(backend);
  const way = { numbers, shape: numbers === 'f16' ? backend.matrixShape : undefined };
  const { name, rows, columns, depth, groups } = product;
  const tile = backend.tiles?.tileFor({
    key: `${name} ${rows}x${columns}x${depth} ${groups} ${numbers}_${loopName(way)}`,
    shapes: inputs.map((input) => input.shape),
    tiles: () => tilesOf(backend, product, way),
    run: (asked, given) => runWithTile(backend, { ...product, epilogue: {} }, given, way, asked),
  });
  return runWithTile(backend, product, inputs, way, tile ?? DEFAULT_TILE);
}

/** The tiles a product can be computed with on a device, the default first. */
function tilesOf(backend: WebgpuBackend, product: TiledProduct, way: Way): readonly Tile[] {
  const {
    maxComputeInvocationsPerWorkgroup: threads = 256,
    maxComputeWorkgroupStorageSize: memory = 16_384,
    maxComputeWorkgroupsPerDimension: most = 65_535,
  } = backend.device.limits;
  const { terms } = splitOf(product);
  const seen = new Set<string>();
  return TILES.filter((tile) => {
    const { rows, columns, depth } = tile;
    if (way.shape && !fitsTile(way.shape, tile)) return false;
    const loop = loopOf(product, way, tile);
    const [x, y] = loop.workgroupSize;
    const [across, down] = workgroupsOf(product, tile);
    // Tiles that differ in the share of a thread are one to subgroups.
    const kind = way.shape ? `${rows} ${columns} ${depth}` : tileName(tile);
    const isNew = !seen.has(kind);
    seen.add(kind);
    const isWithin = x * y <= threads && loop.memory <= memory && across <= most && down <= most;
    return isNew && isWithin && terms % depth === 0;
  });
}

function loopOf({ aAlong }: TiledProduct, { numbers, shape }: Way, tile: Tile): TileLoop {
  return shape
    ? matrixLoop(aAlong, shape, tile)
    : laneLoop(aAlong, tile, numbers === 'f16' ? 2 : 4);
}

const loopName = ({ shape }: Way) => (shape ? `by_${shape.m}_${shape.n}_${shape.k}` : 'by_lanes');

function workgroupsOf({ rows, columns, groups }: TiledProduct, tile: Tile): [number, number] {
  return [groups * Math.ceil(columns / tile.columns), Math.ceil(rows / tile.rows)];
}

/**
 * Over how many workgroups the sums are split, and terms of each part, in whole depths of the default tile. The
 * default decides, whatever the tile: parts are added up one by one, and another split would give other bits.
 */
function splitOf(product: TiledProduct): { readonly splits: number; readonly terms: number } {
  const { rows, columns, depth, groups } = product;
  const [across, down] = workgroupsOf(product, DEFAULT_TILE);
  const steps = Math.ceil(depth / DEFAULT_TILE.depth);
  const most = Math.min(
    Math.floor(ENOUGH_WORKGROUPS / (across * down)),
    Math.floor(PARTIAL_BYTES / (4 * rows * groups * columns)),
    Math.floor(depth / SHORTEST_SUM),
  );
  const stepsEach = Math.ceil(steps / Math.max(1, most));
  return { splits: Math.ceil(steps / stepsEach), terms: stepsEach * DEFAULT_TILE.depth };
}

function runWithTile(
  backend: WebgpuBackend,
  product: TiledProduct,
  inputs: TensorInfo[],
  way: Way,
  tile: Tile,
): TensorInfo {
  const { name, rows, columns, depth, groups, variables, epilogue = {} } = product;
  const { splits, terms } = splitOf(product);
  const component = columns % 4 === 0 ? 4 : 1;
  const loop = loopOf(product, way, tile);
  // Sums that are split are finished where they are added up.
  const { bias, relu = false }: Epilogue = splits === 1 ? epilogue : {};
  const program: Program = {
    shaderKey: [
      `alexnet_${name}_${groups}_${component}_${way.numbers}`,
      loopName(way),
      tileName(tile),
      epilogueKey({ bias, relu }),
    ].join('_'),
    outputShape: [splits, rows, groups * columns],
    variableNames: [...variables.map((variable) => variable.name), ...(bias ? ['bias'] : [])],
    variableComponents: [...variables.map((variable) => variable.component), ...(bias ? [1] : [])],
    outputComponent: component,
    workgroupSize: [...loop.workgroupSize],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [...workgroupsOf(product, tile), splits],
    uniforms: 'depth : i32, steps : i32, columns : i32,',
    getUserCode: () =>
      [
        tileNumbersCode(way.numbers),
        groups === 1 ? 'const group = 0;' : 'var<private> group : i32;',
        product.code,
        main(product.aAlong, groups, tile, loop),
        epilogueCode('finish', 'vec4<f32>', { bias: bias !== undefined, relu }),
        write(component),
      ].join('\n'),
  };
  const uniforms: Uniform[] = [
    { type: 'int32', data: [depth] },
    { type: 'int32', data: [terms / tile.depth] },
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
  const most = backend.device.limits.maxComputeWorkgroupsPerDimension ?? 0;
  return Math.ceil(rows / DEFAULT_TILE.rows) <= most;
}

/** The loop over tiles: the next one is fetched while the present one is used. */
function main(along: Along, groups: number, tile: Tile, loop: TileLoop): string {
  const { rows, columns, depth } = tile;
  const threads = loop.workgroupSize[0] * loop.workgroupSize[1];
  const { ofA, ofB } = fetchesOf(tile, loop);
  /** Vectors of A in a line of its memory: along rows all that a thread fetches are of the same four rows. */
  const inLine = along === 'rows' ? rows / 4 : depth / 4;
  const rowOf = (i: number) =>
    along === 'rows'
      ? `rowOf(rowStart + (thread % ${inLine}) * 4)`
      : `rowOf(rowStart + thread / ${inLine} + ${(threads / inLine) * i})`;
  const fetchA = (i: number) =>
    along === 'rows'
      ? `nextA${i} = readA(row0, k + thread / ${inLine} + ${(threads / inLine) * i});`
      : `nextA${i} = readA(row${i}, k + (thread % ${inLine}) * 4);`;
  const fours = columns / 4;
  const fetch = [
    each(ofA, fetchA),
    each(
      ofB,
      (i) =>
        `nextB${i} = readB(k + thread / ${fours} + ${(threads / fours) * i}, columnStart + (thread % ${fours}) * 4);`,
    ),
  ].join('\n');
  return `
    ${loop.declarations}

    fn main() {
      let thread = i32(localIndex);
      let rowStart = i32(workgroupId.y) * ${rows};
      let tilesOfGroup = (uniforms.columns + ${columns - 1}) / ${columns};
      ${groups === 1 ? '' : 'group = i32(workgroupId.x) / tilesOfGroup;'}
      let columnStart = (i32(workgroupId.x) - group * tilesOfGroup) * ${columns};
      var k = i32(workgroupId.z) * uniforms.steps * ${depth};
      ${each(along === 'rows' ? 1 : ofA, (i) => `let row${i} = ${rowOf(i)};`)}
      ${each(ofA, (i) => `var nextA${i} : vec4<f32>;`)}
      ${each(ofB, (i) => `var nextB${i} : vec4<f32>;`)}
      ${loop.begin}
      ${fetch}
      for (var step = 0; step < uniforms.steps; step++) {
        ${loop.keep}
        workgroupBarrier();
        k += ${depth};
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
