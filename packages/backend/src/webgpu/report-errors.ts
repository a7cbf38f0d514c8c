import { BackendError } from '../backend-error.js';
import type { Device, ErrorFilter } from './webgpu-types.js';

/** What of tfjs' WebGPUBackend is watched: reading, and the recording that reading waits for. */
interface Watched {
  read(dataId: object): Promise<unknown>;
  runWebGPUProgram(...args: unknown[]): unknown;
  readonly commandEncoder: object | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const FILTERS: readonly ErrorFilter[] = ['out-of-memory', 'validation', 'internal'];

/**
 * Turns device errors into exceptions of `tensor.data()`.
 *
 * An over-limit buffer, a full memory or an invalid shader leaves zeros and a console line
 * (tfjs issue 6507). So everything runs inside error scopes that are read together with the next
 * result, and a lost device refuses every later read. What a computation that throws leaves behind is
 * dropped with it: it belongs to no later result.
 */
export function reportErrorsOnRead(backend: object, device: Device): void {
  let lost: string | undefined;
  device.lost.then(({ reason, message }) => {
    lost = `the WebGPU device was lost (${reason}): ${message || 'no details'}`;
  });
  const open = () => {
    for (const filter of FILTERS) device.pushErrorScope(filter);
  };
  /** The first error since the scopes were opened. */
  const close = async () => {
    const scopes = FILTERS.map(() => device.popErrorScope());
    open();
    return (await Promise.all(scopes)).find((scope) => scope !== null);
  };
  open();

  const watched = backend as Watched;
  const run = watched.runWebGPUProgram.bind(backend);
  watched.runWebGPUProgram = (...args) => {
    try {
      return run(...args);
    } catch (error) {
      watched.endComputePassEncoder();
      if (watched.commandEncoder) watched.submitQueue();
      close().catch(() => undefined);
      throw error;
    }
  };

  const read = watched.read.bind(backend);
  watched.read = async (dataId) => {
    if (lost) throw new BackendError('device', lost);
    // A lost device may never answer: whichever comes first ends the wait.
    const values = await Promise.race([read(dataId), device.lost.then(() => undefined)]);
    const error = await close();
    if (error) {
      throw new BackendError('device', `WebGPU error: ${error.message.split('\n', 1)[0]}`);
    }
    if (lost || values === undefined)
      throw new BackendError('device', lost ?? 'the WebGPU device was lost');
    return values;
  };
}
