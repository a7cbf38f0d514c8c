import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolder, type FileTree, type Folder, isIgnoredFolder } from './folder-tree.js';
import { readPart } from './read-part.js';

/** Deeper than any layout in use; a loop of symbolic links ends here. */
const MAX_DEPTH = 8;

/** Reads the names below a folder on disk, following symbolic links as ordinary tools do. */
export async function openDiskTree(path: string, signal?: AbortSignal): Promise<FileTree> {
  const handles = new Map<string, Promise<FileHandle>>();
  const handleOf = (relative: string) => {
    const known = handles.get(relative) ?? open(join(path, relative), 'r');
    handles.set(relative, known);
    return known;
  };
  return {
    name: path,
    root: await readFolder(path, 0, signal),
    read: async (relative, part) =>
      part === undefined
        ? readFile(join(path, relative))
        : readPart(await handleOf(relative), part),
    size: async (relative) => (await stat(join(path, relative))).size,
    close: async () => {
      const opened = await Promise.allSettled(handles.values());
      handles.clear();
      for (const handle of opened) if (handle.status === 'fulfilled') await handle.value.close();
    },
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
