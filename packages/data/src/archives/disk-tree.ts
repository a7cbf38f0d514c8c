import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createFileReader } from './file-reader.js';
import { createFolder, type FileTree, type Folder, isToolFolder } from './folder-tree.js';

/** Deeper than any layout in use. */
const MAX_DEPTH = 10;

/**
 * Reads the names below a folder on disk, following symbolic links as ordinary tools do, but for one to a
 * folder around it: images would lie in it a second time, as another class.
 */
export async function openDiskTree(path: string, signal?: AbortSignal): Promise<FileTree> {
  const files = createFileReader();
  const tooDeep: string[] = [];
  const root = await readFolder(path, [], tooDeep, signal);
  return {
    name: path,
    root,
    tooDeep: tooDeep.map((folder) => `${relative(path, folder).replaceAll('\\', '/')}/`),
    read: async (file, part) =>
      part === undefined ? readFile(join(path, file)) : files.read(join(path, file), part),
    size: async (file) => (await stat(join(path, file))).size,
    close: async () => files.close(),
  };
}

async function readFolder(
  path: string,
  outside: readonly string[],
  tooDeep: string[],
  signal?: AbortSignal,
): Promise<Folder> {
  signal?.throwIfAborted();
  const around = [...outside, await realpath(path)];
  const folder = createFolder();
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    // A dangling link stays as a file: it is counted, and cannot be read.
    const target = entry.isSymbolicLink() ? await stat(below).catch(() => null) : entry;
    if (target?.isDirectory()) {
      if (outside.length === MAX_DEPTH) {
        tooDeep.push(below);
        continue;
      }
      if (entry.isSymbolicLink() && around.includes(await realpath(below))) continue;
      // What lies in a tool's folder is nobody's data, but the folder is counted.
      const inside = isToolFolder(entry.name)
        ? createFolder()
        : await readFolder(below, around, tooDeep, signal);
      folder.folders.set(entry.name, inside);
    } else if (target === null || target.isFile()) folder.files.add(entry.name);
  }
  return folder;
}
