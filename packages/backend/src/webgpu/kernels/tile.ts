import type { TensorInfo } from '@tensorflow/tfjs-core';

/** How a product is cut: the part of the result one workgroup computes, and one thread of it. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Terms of the sums that lie in workgroup memory at a time. */
  readonly depth: number;
  /** Of one thread, in fours; its columns stand in vectors of four. Subgroups that multiply share otherwise. */
  readonly rowsEach: number;
  readonly columnsEach: number;
}

/** (128 + 64) x 16 floats are 12 of the 16 KiB that every device has; 256 threads are what every device starts. */
export const DEFAULT_TILE: Tile = {
  rows: 128,
  columns: 64,
  depth: 16,
  rowsEach: 8,
  columnsEach: 4,
};

/**
 * On software adapters, which compile a program longer than they run it: short code. SwiftShader takes 1.0 to 1.2
 * instead of 2.4 s for one, and no longer for a training step.
 */
export const SOFTWARE_TILE: Tile = {
  rows: 32,
  columns: 32,
  depth: 16,
  rowsEach: 4,
  columnsEach: 4,
};

/**
 * What a search chooses among. All of them add the terms of a sum in the same order, so that results are equal to
 * the bit whichever is taken.
 */
export const TILES: readonly Tile[] = [
  DEFAULT_TILE,
  { rows: 128, columns: 128, depth: 16, rowsEach: 8, columnsEach: 8 },
  { rows: 128, columns: 128, depth: 8, rowsEach: 8, columnsEach: 8 },
  { rows: 128, columns: 64, depth: 32, rowsEach: 8, columnsEach: 4 },
  { rows: 128, columns: 32, depth: 16, rowsEach: 8, columnsEach: 4 },
  { rows: 64, columns: 128, depth: 16, rowsEach: 4, columnsEach: 8 },
  { rows: 64, columns: 64, depth: 16, rowsEach: 8, columnsEach: 8 },
  { rows: 64, columns: 64, depth: 16, rowsEach: 4, columnsEach: 4 },
  SOFTWARE_TILE,
];

/** "128x64x16_8x4": rows, columns, depth; rows and columns of a thread. */
export function tileName({ rows, columns, depth, rowsEach, columnsEach }: Tile): string {
  return `${rows}x${columns}x${depth}_${rowsEach}x${columnsEach}`;
}

/** A product whose tile is to be chosen. */
export interface TileQuestion {
  /** Names everything that its time depends on, but for the device. */
  readonly key: string;
  /** Of its inputs, float32. */
  readonly shapes: readonly (readonly number[])[];
  /** Those it can be computed with on this device, the default first. */
  tiles(): readonly Tile[];
  /** Computes it; the caller disposes the result. */
  run(tile: Tile, inputs: TensorInfo[]): TensorInfo;
}

/** Knows the better tiles of a device. */
export interface TileChoice {
  /** Grows when a tile was chosen: what was recorded before it has other tiles. */
  readonly version: number;
  tileFor(question: TileQuestion): Tile;
}
