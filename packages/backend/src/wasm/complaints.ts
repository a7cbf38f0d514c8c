import { BackendError } from '../backend-error.js';

/** `xnn_status_out_of_memory`. Source: XNNPACK, include/xnnpack.h. */
const OUT_OF_MEMORY = 6;

export const memoryIsFull = () =>
  new BackendError(
    'no-memory',
    'the 4 GB of memory a WebAssembly program can have are full: use smaller batches or a smaller network',
  );

/**
 * XNNPACK's failures are lines of text to tfjs, which goes on with whatever the result's memory holds.
 * Called with every line the program writes, this makes them errors of the operation, before anything
 * learns from it. So it does with the end of a program whose C++ found no memory.
 *
 * @throws BackendError `no-memory`, or Error in one line
 */
export function throwIfComplaint(line: string): void {
  const status = /^XNN status for .* Got status (\d+)/.exec(line)?.[1];
  if (Number(status) === OUT_OF_MEMORY || line.startsWith('Aborted()')) {
    throw memoryIsFull();
  }
  if (status !== undefined) throw new Error(`WebAssembly could not compute an operation (${line})`);
}
