import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file so that after a crash at any moment either the old or the new content is there,
 * whole: temporary file beside it, fsync, rename, fsync of the folder.
 *
 * @param content bytes, text, or a function that writes the file piece by piece
 * @throws Error in one line when the disk is full; the old file stays
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      if (typeof content === 'function') await content(file);
      else await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw plainer(error, path);
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function plainer(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC')
    return new Error(`the disk is full: ${path} was not written`, { cause: error });
  if (code === 'ENOENT') return new Error(`there is no folder ${dirname(path)}`, { cause: error });
  if (code === 'EACCES' || code === 'EROFS') {
    return new Error(`no permission to write ${path}`, { cause: error });
  }
  return error;
}
