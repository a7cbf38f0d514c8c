import type { ByteSource } from '@alexnet/files';
import { crc32 } from '@alexnet/files/checksums';
import type { ZipEntry } from '@alexnet/files/zip';
import { FormatError } from '../format-error.js';

const PIECE_BYTES = 4 * 2 ** 20;

/**
 * A member of a zip archive whose bytes are those its writer summed up; some writers of torch
 * archives leave the sum zero, which says nothing.
 *
 * @throws FormatError bad-header where they are others
 */
export async function openChecked(entry: ZipEntry): Promise<ByteSource> {
  const source = await entry.open();
  if (entry.crc32 === 0) return source;
  let sum = 0;
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    sum = crc32(await source.read(at, Math.min(PIECE_BYTES, source.size - at)), sum);
  }
  if (sum === entry.crc32) return source;
  throw new FormatError(
    'bad-header',
    `zip: "${entry.name}" is damaged: its checksum does not match; download the file again`,
  );
}
