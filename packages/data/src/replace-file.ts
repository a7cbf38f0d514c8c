import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatasetError, firstLine } from './errors.js';

/** Leftovers of a killed process are removed once they are this old, milliseconds. */
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Writes a file so that others see either nothing or all of it: `fill` writes a temporary file
 * beside it, which is synced and renamed. Two processes doing so at once both succeed.
 *
 * @throws {DatasetError} when the folder cannot be written, the disk is full …
 */
export async function replaceFile(
  path: string,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  let handle: FileHandle | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeStale(path);
    handle = await open(temporary, 'wx');
    await fill(handle);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(temporary, path);
  } catch (error) {
    await handle?.close();
    await rm(temporary, { force: true }).catch(() => {});
    if (isSystemError(error)) {
      throw new DatasetError(`cannot write ${path}: ${firstLine(error)}`, { cause: error });
    }
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue;
    const file = join(dirname(path), name);
    const modified = await stat(file)
      .then(({ mtimeMs }) => mtimeMs)
      .catch(() => Date.now());
    if (Date.now() - modified > STALE_MS) await rm(file, { force: true });
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
