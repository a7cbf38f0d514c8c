import { statfs } from 'node:fs/promises';
import { DatasetError } from '../errors.js';

/**
 * Refuses to begin what would fill the disk.
 *
 * @param needed Bytes that will be written below `folder`.
 * @throws {DatasetError} saying how much there is and how much is needed.
 */
export async function requireSpace(folder: string, needed: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);
  throw new DatasetError(
    'no-space',
    `${what} needs ${megabytes(needed)} MB in ${folder}, where ${megabytes(free)} MB are free; make room, or name another folder in ALEXNET_CACHE_DIR`,
  );
}
