import { open } from 'node:fs/promises';
import { handleSource } from '@alexnet/files';
import type { OpenOptions } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { createFolder, type FileTree, folderAt } from './folder-tree.js';
import { readPart } from './read-part.js';
import { readTarIndex, type TarFile } from './tar-index.js';

/**
 * Opens a plain tar file as a tree: its headers are read once, contents later by position.
 * Nothing is unpacked.
 *
 * @param path The file on disk.
 * @param name What the user wrote, for messages (a `.tar.gz` is read from a cached plain tar).
 */
export async function openTarTree(
  path: string,
  name: string,
  options: Pick<OpenOptions, 'signal' | 'onProgress'> = {},
): Promise<FileTree> {
  const handle = await open(path, 'r');
  try {
    const { onProgress } = options;
    const index = await readTarIndex(handleSource(handle, (await handle.stat()).size), name, {
      signal: options.signal,
      onProgress: onProgress && ((done, total) => onProgress(done, total, 'bytes indexed')),
    });
    const root = createFolder();
    const entries = new Map<string, TarFile>();
    for (const folder of index.folders) folderAt(root, folder);
    for (const entry of index.entries) {
      const slash = entry.path.lastIndexOf('/');
      folderAt(root, entry.path.slice(0, Math.max(0, slash))).files.add(
        entry.path.slice(slash + 1),
      );
      entries.set(entry.path, entry);
    }
    const entryAt = (entryPath: string) => {
      const entry = entries.get(entryPath);
      if (entry === undefined)
        throw new DatasetError('not-found', `${name} holds no file ${entryPath}`);
      return entry;
    };
    return {
      name,
      root,
      read: async (entryPath, part) => {
        const { offset, size } = entryAt(entryPath);
        const { offset: skip, length } = part ?? { offset: 0, length: size };
        if (skip + length > size) {
          throw new DatasetError(
            'damaged',
            `${name}: ${entryPath} ends before byte ${skip + length}`,
          );
        }
        return readPart(handle, { offset: offset + skip, length });
      },
      size: async (entryPath) => entryAt(entryPath).size,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
