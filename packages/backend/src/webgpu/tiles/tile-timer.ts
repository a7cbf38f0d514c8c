import type { Tile } from '../kernels/tile.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import { MAP_MODE, USAGE } from '../webgpu-types.js';

/** Times what a device does. */
export interface TileTimer {
  /** For people: by what. */
  readonly name: string;
  /** Records `run` on a device with nothing to do, submits it, and then says how long it took, milliseconds. */
  start(run: () => void, tile: Tile): Promise<number>;
}

/** Two timestamps of eight bytes. */
const BYTES = 16;
const QUERY_RESOLVE = 0x200;

/** By the GPU's own clock, at the beginning and the end of one pass. */
export function timestampTimer(backend: TfjsWebgpu): TileTimer {
  const { device } = backend;
  return {
    name: 'timestamps of the device',
    start(run) {
      flush(backend);
      const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
      const resolved = device.createBuffer({
        size: BYTES,
        usage: QUERY_RESOLVE | USAGE.copySource,
      });
      const answer = device.createBuffer({ size: BYTES, usage: USAGE.mapRead | USAGE.copyTarget });
      backend.ensureCommandEncoderReady();
      const encoder = backend.commandEncoder;
      if (!encoder) throw new Error('tfjs-backend-webgpu made no encoder');
      backend.computePassEncoder = encoder.beginComputePass({
        timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
      });
      run();
      backend.endComputePassEncoder();
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, answer, 0, BYTES);
      backend.submitQueue();
      return answer.mapAsync(MAP_MODE.read).then(() => {
        const [began = 0n, ended = 0n] = new BigUint64Array(answer.getMappedRange());
        for (const used of [querySet, resolved, answer]) used.destroy();
        return Number(ended - began) / 1e6;
      });
    },
  };
}

/** By the clock of the processor, from the submission to the device's word that it is done. */
export function clockTimer(backend: TfjsWebgpu): TileTimer {
  return {
    name: 'the clock',
    start(run) {
      const began = performance.now();
      run();
      flush(backend);
      return backend.device.queue.onSubmittedWorkDone().then(() => performance.now() - began);
    },
  };
}
