import { open, rename, unlink } from 'node:fs/promises';
import type { Sink } from '@alexnet/convert';

/**
 * Writes a file piece by piece under another name and gives it its own once it is whole: an error
 * or an abort in `fill` leaves nothing behind, and what was there before stays.
 *
 * @returns bytes written
 */
export async function writeThrough(
  path: string,
  fill: (sink: Sink) => Promise<void>,
): Promise<number> {
  const temporary = `${path}.${process.pid}.tmp`;
  let size = 0;
  try {
    const file = await open(temporary, 'w');
    try {
      await fill(async (bytes) => {
        let written = 0;
        while (written < bytes.length) {
          written += (await file.write(bytes, written)).bytesWritten;
        }
        size += bytes.length;
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  return size;
}
