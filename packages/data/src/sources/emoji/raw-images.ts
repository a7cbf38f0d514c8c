import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeAtomically } from '@alexnet/files/node';
import type { ImageRecord } from '../../dataset.js';

/** Prepared images of one size: a raw file of pixels, `[records, side, side, 3]`, and its index. */
export interface RawImages {
  readonly side: number;
  readonly records: readonly ImageRecord[];
  readonly handle: FileHandle;
}

interface RawIndex {
  readonly version: 2;
  readonly side: number;
  /** CRC-32 of the pixels: it is checked at every opening, and the cache has no enemies. */
  readonly crc32: number;
  readonly records: readonly (readonly [id: string, label: number])[];
}

/** Writes pixels, then the index that vouches for them; a reader never sees one half. */
export async function writeRawImages(
  path: string,
  side: number,
  records: readonly ImageRecord[],
  pixels: Uint8Array,
): Promise<void> {
  const index: RawIndex = {
    version: 2,
    side,
    crc32: crc32(pixels),
    records: records.map(({ id, label }) => [id, label]),
  };
  // Where that fails, writing says why.
  await mkdir(dirname(path), { recursive: true }).catch(() => {});
  await writeAtomically(`${path}.rgb`, pixels);
  await writeAtomically(`${path}.json`, JSON.stringify(index));
}

/** Opens prepared images; `null` when they are missing, incomplete or altered. */
export async function openRawImages(path: string): Promise<RawImages | null> {
  const index = await readFile(`${path}.json`, 'utf8').then(parseIndex, () => null);
  const handle = await open(`${path}.rgb`, 'r').catch(() => null);
  if (index === null || handle === null || (await checksum(handle)) !== index.crc32) {
    await handle?.close();
    return null;
  }
  const records = index.records.map(([id, label]) => ({ id, label }));
  return { side: index.side, records, handle };
}

function parseIndex(text: string): RawIndex | null {
  try {
    const index = JSON.parse(text);
    return index.version === 2 ? index : null;
  } catch {
    return null;
  }
}

async function checksum(handle: FileHandle): Promise<number> {
  const buffer = new Uint8Array(1024 * 1024);
  let sum = 0;
  let at = 0;
  while (true) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return sum;
    sum = crc32(buffer.subarray(0, bytesRead), sum);
    at += bytesRead;
  }
}
