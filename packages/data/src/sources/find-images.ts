import { openDiskTree } from '../archives/disk-tree.js';
import type { DatasetNote } from '../dataset.js';
import { Notes } from './notes.js';
import { imagesIn } from './read-place.js';

/** Images of a folder, whatever they show. */
export interface FoundImages {
  /** Below the folder, `/`-separated, sorted by UTF-16 code units at every level. */
  readonly paths: readonly string[];
  /** Files and folders that were left out, counted and named. */
  readonly notes: readonly DatasetNote[];
}

/** Every image in a folder and the folders in it; those without an ending are known by their bytes. */
export async function findImages(folder: string): Promise<FoundImages> {
  const tree = await openDiskTree(folder);
  try {
    const notes = new Notes();
    const paths = await imagesIn(tree, { folder: tree.root, prefix: '' }, notes);
    notes.addHidden(tree);
    return { paths, notes: notes.list() };
  } finally {
    await tree.close();
  }
}
