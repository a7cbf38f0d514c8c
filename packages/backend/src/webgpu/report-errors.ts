import { BackendError } from '../backend-error.js';
import { flush, type TfjsWebgpu } from './tfjs-webgpu.js';
import type { ErrorFilter } from './webgpu-types.js';

const FILTERS: readonly ErrorFilter[] = ['out-of-memory', 'validation', 'internal'];

/**
 * Turns device errors into exceptions of `tensor.data()`.
 *
 * An over-limit buffer, a full memory or an invalid shader leaves zeros and a console line
 * (tfjs issue 6507). So everything runs inside error scopes that are read together with the next
 * result, and a lost device refuses every later read. What a computation that throws leaves behind is
 * dropped with it: it belongs to no later result.
 */
export function reportErrorsOnRead(backend: TfjsWebgpu): void {
  const { device } = backend;
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

  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (...args) => {
    try {
      return run(...args);
    } catch (error) {
      flush(backend);
      close().catch(() => undefined);
      throw error;
    }
  };

  const whenSound: NonNullable<TfjsWebgpu['whenSound']> = async (reading) => {
    // A lost device may never answer: whichever comes first ends the wait.
    const values = await Promise.race([reading, device.lost.then(() => undefined)]);
    const error = await close();
    if (error) {
      throw new BackendError('device', `WebGPU error: ${error.message.split('\n', 1)[0]}`);
    }
    if (lost || values === undefined)
      throw new BackendError('device', lost ?? 'the WebGPU device was lost');
    return values;
  };
  backend.whenSound = whenSound;
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    if (lost) throw new BackendError('device', lost);
    return (backend.whenSound ?? whenSound)(read(dataId));
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    if (lost) throw new BackendError('device', lost);
    return readSync(dataId);
  };
}
