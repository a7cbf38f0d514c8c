import { type FileHandle, open } from 'node:fs/promises';
import { DatasetError } from '../errors.js';
import type { FilePart } from './folder-tree.js';

/** Reads a part of an open file, all of it. */
export async function readPart(handle: FileHandle, part: FilePart): Promise<Uint8Array> {
  const bytes = new Uint8Array(part.length);
  const { bytesRead } = await handle.read(bytes, 0, part.length, part.offset);
  if (bytesRead === part.length) return bytes;
  throw new DatasetError(
    'damaged',
    `a file became shorter while in use: ${bytesRead} of ${part.length} bytes at ${part.offset}`,
  );
}

/** The same for a file that is not open: shards are too many to keep them all open. */
export async function readFilePart(path: string, part: FilePart): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    return await readPart(handle, part);
  } finally {
    await handle.close();
  }
}
