import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../kernels/program.js';
import { type Tile, type TileQuestion, tileName } from '../kernels/tile.js';
import { createTapeBuffers } from '../tape/tape-buffers.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import type { ErrorFilter } from '../webgpu-types.js';
import { anyNumbers, differencesOf } from './tile-programs.js';
import type { FoundTile } from './tile-record.js';
import type { TileTimer } from './tile-timer.js';

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

const FILTERS: readonly ErrorFilter[] = ['out-of-memory', 'validation', 'internal'];

type Backend = WebgpuBackend & TfjsWebgpu;

/**
 * Runs a product with each of its tiles on numbers of its own, in buffers of its own. A tile that the device
 * refuses, or whose result differs from the default's in any bit, is left out; of the others the fastest is
 * returned. Null where the default itself does not run: nothing is known then.
 */
export async function measureTiles(
  backend: Backend,
  question: TileQuestion,
  timer: TileTimer,
): Promise<FoundTile | null> {
  const buffers = createTapeBuffers(backend.device, backend.bufferManager);
  const made = new Set<TensorInfo>();
  const dispose = (tensor: TensorInfo) => {
    made.delete(tensor);
    backend.disposeData(tensor.dataId);
  };
  const keep = (tensor: TensorInfo) => {
    made.add(tensor);
    return tensor;
  };
  /** Records and submits, with buffers that are of nobody else. */
  const within = <T>(work: () => T): T => {
    flush(backend);
    const others = backend.bufferManager;
    backend.bufferManager = buffers;
    try {
      return work();
    } finally {
      flush(backend);
      backend.bufferManager = others;
    }
  };
  /** What the device complained of, or threw, is undefined here and nobody else's error. */
  const attempt = async <T>(work: () => T): Promise<T | undefined> => {
    for (const filter of FILTERS) backend.device.pushErrorScope(filter);
    let value: T | undefined;
    try {
      value = within(work);
    } catch {
      value = undefined;
    }
    const errors = await Promise.all(FILTERS.map(() => backend.device.popErrorScope()));
    return errors.every((error) => error === null) ? value : undefined;
  };

  try {
    const [first, ...others] = question.tiles();
    if (!first) return null;
    const inputs = await attempt(() =>
      question.shapes.map((shape, i) => keep(anyNumbers(backend, shape, i * 0x1234567))),
    );
    if (!inputs) return null;
    const expected = await attempt(() => keep(question.run(first, inputs)));
    if (!expected) return null;
    const isRight = async (tile: Tile) => {
      const counts = await attempt(() => {
        const result = question.run(tile, inputs);
        const differences = keep(differencesOf(backend, expected, result));
        dispose(result);
        return differences;
      });
      if (!counts) return false;
      const values = await readPlainly(backend, counts);
      within(() => dispose(counts));
      return values.every((value) => value === 0);
    };
    const rivals = [first];
    for (const tile of others) if (await isRight(tile)) rivals.push(tile);

    const bytes = 4 * expected.shape.reduce((product, length) => product * length, 1);
    const timeOf = async (tile: Tile, runs: number) => {
      await backend.device.queue.onSubmittedWorkDone();
      const run = () => {
        for (let i = 0; i < runs; i++) backend.disposeData(question.run(tile, inputs).dataId);
      };
      const milliseconds = await within(() => timer.start(run, tile));
      // A device may have clocks that stand still.
      return milliseconds > 0 ? milliseconds / runs : Number.POSITIVE_INFINITY;
    };
    const runs = bytes > LARGE || (await timeOf(first, 1)) > LONG ? 1 : RUNS;
    const times = new Map<Tile, number>();
    for (let sample = 0; sample < SAMPLES; sample++) {
      const best = Math.min(...times.values());
      for (const tile of rivals) {
        const shortest = times.get(tile) ?? Number.POSITIVE_INFINITY;
        if (sample > 0 && tile !== first && shortest > HOPELESS * best) continue;
        times.set(tile, Math.min(shortest, await timeOf(tile, runs)));
      }
    }
    const ofDefault = times.get(first) as number;
    if (!Number.isFinite(ofDefault)) return null;
    const [tile, milliseconds] = [...times].reduce((best, one) => (one[1] < best[1] ? one : best));
    return milliseconds <= WORTHWHILE * ofDefault
      ? { tile: tileName(tile), milliseconds, ofDefault }
      : { tile: tileName(first), milliseconds: ofDefault, ofDefault };
  } finally {
    within(() => [...made].forEach(dispose));
    buffers.destroy();
  }
}

/** Past what the backend's own `read` does beside: errors of others stay theirs. */
async function readPlainly(backend: TfjsWebgpu, { dataId }: TensorInfo): Promise<Float32Array> {
  const { read } = Object.getPrototypeOf(backend) as TfjsWebgpu;
  return (await read.call(backend, dataId)) as Float32Array;
}
