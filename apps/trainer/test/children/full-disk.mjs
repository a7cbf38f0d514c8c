import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Preloaded into `alexnet`: after so many checkpoints the disk is full for every further one, as the system
 * says it when the write is tried.
 */
let left = Number(process.env.ALEXNET_TEST_CHECKPOINTS);

const path = join(tmpdir(), `alexnet-full-disk-${process.pid}`);
const file = await open(path, 'w');
const prototype = Object.getPrototypeOf(file);
const { writeFile } = prototype;
await file.close();
await rm(path);

/** Checkpoints are the large writes of these tiny runs. */
const LARGE = 10_000;

prototype.writeFile = function (data, ...rest) {
  if (data instanceof Uint8Array && data.byteLength > LARGE && left-- <= 0) {
    return Promise.reject(
      Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
      }),
    );
  }
  return writeFile.call(this, data, ...rest);
};
