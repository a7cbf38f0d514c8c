import { join } from 'node:path';
import { cacheDirectory } from '@alexnet/files/node';
import type { OpenOptions } from '../dataset.js';
import { downloadFile } from './download-file.js';
import type { KnownSet } from './known-sets.js';

/** A gzipped archive is unpacked into the cache beside it; images barely compress. */
const UNPACKED_SHARE = 1.2;

/**
 * The archive of a known set in the cache, fetched where it is not there yet.
 *
 * @returns Its path.
 * @throws {DatasetError} see {@link downloadFile}.
 */
export async function fetchSet({ file }: KnownSet, options: OpenOptions): Promise<string> {
  const name = file.url.slice(file.url.lastIndexOf('/') + 1);
  const path = join(cacheDirectory(options.cacheDir), 'downloads', name);
  const { signal, onProgress } = options;
  await downloadFile(file, path, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    spaceAfter: /\.t?gz$/.test(name) ? UNPACKED_SHARE * file.bytes : 0,
  });
  return path;
}
