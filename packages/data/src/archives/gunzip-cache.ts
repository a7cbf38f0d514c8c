import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { cacheDirectory, writeAtomically } from '@alexnet/files/node';
import type { OpenOptions } from '../dataset.js';
import { DatasetError, firstLine } from '../errors.js';

/** Images barely compress; a file that grows more than this is a bomb, not a data set. */
const MAX_GROWTH = 100;
/** Zeros between and after tiny files may grow more, bytes. */
const FREE_GROWTH = 1024 * 1024;

/**
 * Decompresses a `.tar.gz` into a plain tar in the cache and returns its path, because a gzip stream
 * has no random access. Done once: the cached file is keyed by path, size and time of change.
 *
 * @throws {DatasetError} when the stream is damaged, cut short, or grows over a hundredfold.
 */
export async function gunzipToCache(
  path: string,
  options: Pick<OpenOptions, 'cacheDir' | 'signal' | 'onProgress'>,
): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const identity = JSON.stringify([await realpath(path), size, mtimeMs]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  const cached = join(cacheDirectory(options.cacheDir), 'tar', `${key}.tar`);
  if (await stat(cached).catch(() => null)) return cached;

  await mkdir(dirname(cached), { recursive: true });
  await writeAtomically(cached, async (handle) => {
    const source = createReadStream(path);
    const plain = createGunzip();
    source.on('error', (error) => plain.destroy(error)).pipe(plain);
    let written = 0;
    try {
      for await (const chunk of plain as AsyncIterable<Buffer>) {
        options.signal?.throwIfAborted();
        written += chunk.length;
        if (written > size * MAX_GROWTH + FREE_GROWTH) {
          throw new DatasetError('refused', `${path} is refused: it grows over ${MAX_GROWTH}-fold`);
        }
        await handle.writeFile(chunk);
        options.onProgress?.(source.bytesRead, size, 'bytes decompressed');
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
        throw new DatasetError('damaged', `${path} is damaged or cut short: ${firstLine(error)}`);
      }
      throw error;
    } finally {
      source.destroy();
    }
  });
  return cached;
}
