import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../kernels/program.js';
import type { Tile, TileQuestion } from '../kernels/tile.js';
import { createTapeBuffers } from '../tape/tape-buffers.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import type { ErrorFilter } from '../webgpu-types.js';
import { anyNumbers, differencesOf } from './tile-programs.js';

const FILTERS: readonly ErrorFilter[] = ['out-of-memory', 'validation', 'internal'];

/** A product that is computed for its own sake. */
export interface Trial {
  /** Its result with the default tile. */
  readonly expected: TensorInfo;
  /** Whether the device takes a tile, and its result is the default's to the bit. */
  isRight(tile: Tile): Promise<boolean>;
  /** Records so many runs of it with a tile. */
  run(tile: Tile, times: number): void;
  /** Records something with buffers that are of nobody else, and submits it alone. */
  within<T>(work: () => T): T;
}

/**
 * Lets `work` compute a product on numbers of its own, in buffers of its own. Null where the default tile itself does
 * not run: nothing is known then.
 */
export async function tryTiles<T>(
  backend: WebgpuBackend & TfjsWebgpu,
  question: TileQuestion,
  work: (trial: Trial) => Promise<T>,
): Promise<T | null> {
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
  const within: Trial['within'] = (record) => {
    flush(backend);
    const others = backend.bufferManager;
    backend.bufferManager = buffers;
    try {
      return record();
    } finally {
      flush(backend);
      backend.bufferManager = others;
    }
  };
  /** What the device complained of, or threw, is undefined here and nobody else's error. */
  const attempt = async <V>(record: () => V): Promise<V | undefined> => {
    for (const filter of FILTERS) backend.device.pushErrorScope(filter);
    let value: V | undefined;
    try {
      value = within(record);
    } catch {
      value = undefined;
    }
    const errors = await Promise.all(FILTERS.map(() => backend.device.popErrorScope()));
    return errors.every((error) => error === null) ? value : undefined;
  };

  try {
    const [first] = question.tiles();
    if (!first) return null;
    const inputs = await attempt(() =>
      question.shapes.map((shape, i) => keep(anyNumbers(backend, shape, i * 0x1234567))),
    );
    if (!inputs) return null;
    const expected = await attempt(() => keep(question.run(first, inputs)));
    if (!expected) return null;
    return await work({
      expected,
      within,
      run(tile, times) {
        for (let i = 0; i < times; i++) backend.disposeData(question.run(tile, inputs).dataId);
      },
      async isRight(tile) {
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
      },
    });
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
