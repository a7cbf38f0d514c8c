import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolder, type FileTree, type Folder, isIgnoredFolder } from './folder-tree.js';

/** Deeper than any layout in use; a loop of symbolic links ends here. */
const MAX_DEPTH = 8;

/** Reads the names below a folder on disk, following symbolic links as ordinary tools do. */
export async function openDiskTree(path: string, signal?: AbortSignal): Promise<FileTree> {
  return {
    name: path,
    root: await readFolder(path, 0, signal),
    read: (relative) => readFile(join(path, relative)),
    close: async () => {},
  };
}

async function readFolder(path: string, depth: number, signal?: AbortSignal): Promise<Folder> {
  signal?.throwIfAborted();
  const folder = createFolder();
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    // A dangling link is neither: it is left out, as if it were not there.
    const target = entry.isSymbolicLink() ? await stat(below).catch(() => entry) : entry;
    if (target.isFile()) folder.files.add(entry.name);
    else if (target.isDirectory() && depth < MAX_DEPTH && !isIgnoredFolder(entry.name)) {
      folder.folders.set(entry.name, await readFolder(below, depth + 1, signal));
    }
  }
  return folder;
}
