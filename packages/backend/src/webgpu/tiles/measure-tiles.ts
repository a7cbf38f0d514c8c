import type { WebgpuBackend } from '../kernels/program.js';
import { type Tile, type TileQuestion, tileName } from '../kernels/tile.js';
import type { TfjsWebgpu } from '../tfjs-webgpu.js';
import type { FoundTile } from './tile-record.js';
import type { TileTimer } from './tile-timer.js';
import { type Trial, tryTiles } from './try-tiles.js';

/** Runs in one sample; less than the dispatches after which tfjs submits by itself, 15, with their sums. */
const RUNS = 4;
/** Results above this size are computed once in a sample, in bytes, and so is what takes longer, milliseconds. */
const LARGE = 64 * 2 ** 20;
const LONG = 20;
/** Samples of each tile, of which the shortest counts. */
const SAMPLES = 3;
/** A tile that takes so many times as long as the best, at its first sample, gets no other. */
const HOPELESS = 1.5;
/** The default stays unless another takes at most this share of its time: clocks are not exact. */
const WORTHWHILE = 0.97;

type Backend = WebgpuBackend & TfjsWebgpu;

/**
 * Runs a product with each of its tiles. One that the device refuses, or whose result differs from the default's in
 * any bit, is left out; of the others the fastest is returned. Null where the default itself does not run.
 */
export function measureTiles(
  backend: Backend,
  question: TileQuestion,
  timer: TileTimer,
): Promise<FoundTile | null> {
  return tryTiles(backend, question, async (trial) => {
    const [first, ...others] = question.tiles();
    const rivals = [first as Tile];
    for (const tile of others) if (await trial.isRight(tile)) rivals.push(tile);
    return fastest(await timesOf(backend, trial, rivals, timer));
  });
}

/** The shortest time of each tile, milliseconds, the default's first. */
async function timesOf(
  backend: Backend,
  { expected, within, run }: Trial,
  rivals: readonly Tile[],
  timer: TileTimer,
): Promise<ReadonlyMap<Tile, number>> {
  const timeOf = async (tile: Tile, runs: number) => {
    await backend.device.queue.onSubmittedWorkDone();
    const milliseconds = await within(() => timer.start(() => run(tile, runs), tile));
    // A device may have clocks that stand still.
    return milliseconds > 0 ? milliseconds / runs : Number.POSITIVE_INFINITY;
  };
  const [first] = rivals;
  const bytes = 4 * expected.shape.reduce((product, length) => product * length, 1);
  const runs = bytes > LARGE || (await timeOf(first as Tile, 1)) > LONG ? 1 : RUNS;
  const times = new Map<Tile, number>();
  for (let sample = 0; sample < SAMPLES; sample++) {
    const best = Math.min(...times.values());
    for (const tile of rivals) {
      const shortest = times.get(tile) ?? Number.POSITIVE_INFINITY;
      if (sample > 0 && tile !== first && shortest > HOPELESS * best) continue;
      times.set(tile, Math.min(shortest, await timeOf(tile, runs)));
    }
  }
  return times;
}

function fastest(times: ReadonlyMap<Tile, number>): FoundTile | null {
  const [[first, ofDefault] = [undefined, Number.NaN]] = times;
  if (!first || !Number.isFinite(ofDefault)) return null;
  const [tile, milliseconds] = [...times].reduce((best, one) => (one[1] < best[1] ? one : best));
  return milliseconds <= WORTHWHILE * ofDefault
    ? { tile: tileName(tile), milliseconds, ofDefault }
    : { tile: tileName(first), milliseconds: ofDefault, ofDefault };
}
