import { type ByteSource, FormatError, windowed } from '@alexnet/files';
import { readTar } from '@alexnet/files/tar';
import { DatasetError } from '../errors.js';
import { isImageName } from './file-kind.js';

/** Where one regular file lies inside a tar file, bytes. */
export interface TarFile {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** Contents, where `keep` asked for them. */
  readonly content?: Uint8Array;
}

export interface TarIndex {
  readonly entries: readonly TarFile[];
  readonly folders: readonly string[];
}

export interface TarIndexOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Which small files to read in passing; at most {@link MAX_KEPT} bytes each. */
  readonly keep?: (path: string) => boolean;
}

/** Largest file `keep` may ask for, bytes. */
const MAX_KEPT = 64 * 1024;

/**
 * Reads the headers of a plain tar file once; contents are not read.
 *
 * @param name Named in errors.
 * @throws {DatasetError} when the file is not a tar file, is cut short, names a path outside itself, or
 * holds an image as a link.
 */
export async function readTarIndex(
  source: ByteSource,
  name: string,
  options: TarIndexOptions = {},
): Promise<TarIndex> {
  const entries: TarFile[] = [];
  const folders: string[] = [];
  const window = windowed(source);
  try {
    for await (const { path, kind, offset, size } of readTar(window)) {
      options.signal?.throwIfAborted();
      if (entries.length % 1000 === 0) options.onProgress?.(offset, source.size);
      if (kind === 'folder') folders.push(path);
      else if (kind === 'link') refuseLink(path, name);
      else {
        const kept = size <= MAX_KEPT && options.keep?.(path) === true;
        const content = kept ? { content: (await window.read(offset, size)).slice() } : {};
        entries.push({ path, offset, size, ...content });
      }
    }
  } catch (error) {
    throw error instanceof FormatError ? explain(error, name) : error;
  }
  options.onProgress?.(source.size, source.size);
  return { entries, folders };
}

function explain(error: FormatError, name: string): DatasetError {
  const { code, message } = error;
  if (code === 'truncated') {
    return new DatasetError(
      'damaged',
      `${name} is cut short: ${message}; copy or download it again`,
    );
  }
  if (code === 'not-this-format') {
    const asked = 'give a folder, a .tar, .tar.gz or .zip of images';
    return new DatasetError('damaged', `${name} is ${message}: ${asked}`);
  }
  const refused = code === 'forbidden-name' || code === 'too-large';
  return new DatasetError(
    refused ? 'refused' : 'damaged',
    refused ? `${name} is refused: ${message}` : `${name} is ${message}`,
  );
}

/** A link is never followed, and leaving its image out in silence would change the data. */
function refuseLink(path: string, name: string): void {
  if (!isImageName(path.slice(path.lastIndexOf('/') + 1))) return;
  throw new DatasetError(
    'refused',
    `${name} is refused: image "${path}" is a link; pack the files themselves (tar --dereference --hard-dereference)`,
  );
}
