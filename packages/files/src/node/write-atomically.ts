import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeError } from './write-error.js';

/** What a killed process left is removed once it is this old, milliseconds. */
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Writes a file so that after a crash at any moment either the old or the new content is there,
 * whole: temporary file beside it (`path.….tmp`), fsync, rename, fsync of the folder. Processes that
 * write the same file at once all succeed.
 *
 * @param content bytes, text, or a function that writes the file piece by piece
 * @throws Error in one line when the disk is full, there is no such folder …; the old file stays
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await removeStale(path);
    const file = await open(temporary, 'wx');
    try {
      if (typeof content === 'function') await content(file);
      else await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(error, path);
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeStale(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue;
    const file = join(dirname(path), name);
    const modified = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - modified > STALE_MS) await rm(file, { force: true });
  }
}
