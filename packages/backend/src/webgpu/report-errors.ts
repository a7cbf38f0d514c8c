import type { Device, ErrorFilter } from './webgpu-types.js';

/** The reading half of tfjs' WebGPUBackend. */
interface Reader {
  read(dataId: object): Promise<unknown>;
}

const FILTERS: readonly ErrorFilter[] = ['out-of-memory', 'validation', 'internal'];

/**
 * Turns device errors into exceptions of `tensor.data()`.
 *
 * An over-limit buffer, a full memory or an invalid shader leaves zeros and a console line
 * (tfjs issue 6507). So everything runs inside error scopes that are read together with the next
 * result, and a lost device refuses every later read.
 */
export function reportErrorsOnRead(backend: object, device: Device): void {
  let lost: string | undefined;
  device.lost.then(({ reason, message }) => {
    lost = `the WebGPU device was lost (${reason}): ${message || 'no details'}`;
  });
  const open = () => {
    for (const filter of FILTERS) device.pushErrorScope(filter);
  };
  open();

  const reader = backend as Reader;
  const read = reader.read.bind(backend);
  reader.read = async (dataId) => {
    if (lost) throw new Error(lost);
    // A lost device may never answer: whichever comes first ends the wait.
    const values = await Promise.race([read(dataId), device.lost.then(() => undefined)]);
    const scopes = FILTERS.map(() => device.popErrorScope());
    open();
    const found = await Promise.all(scopes);
    const error = found.find((scope) => scope !== null);
    if (error) throw new Error(`WebGPU error: ${error.message.split('\n', 1)[0]}`);
    if (lost || values === undefined) throw new Error(lost ?? 'the WebGPU device was lost');
    return values;
  };
}
