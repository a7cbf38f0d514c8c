import { fileKind } from '../archives/file-kind.js';
import { below, type Folder, type Place } from '../archives/folder-tree.js';
import { imageFolders } from './image-folders.js';
import { readSplitName, type SplitKind } from './split-names.js';
import { type SplitPlaces, testsValidate } from './split-places.js';

/**
 * `cat/train/`, `cat/val/`, `dog/train/` …: splits inside the class folders.
 *
 * @returns The same with the splits outside, or `null`.
 */
export function turnInsideOut(root: Place): SplitPlaces | null {
  const classes = imageFolders(root);
  const places: Record<string, Map<string, Folder>> = {};
  for (const name of classes) {
    const inside = below(root, name);
    if ([...inside.folder.files].some((file) => fileKind(file) === 'image')) return null;
    for (const part of imageFolders(inside)) {
      const split = readSplitName(part);
      if (split === null || split.rest !== '' || split.kind === 'unlabeled') return null;
      const folders = places[split.kind] ?? new Map<string, Folder>();
      places[split.kind] = folders;
      if (folders.has(name)) return null;
      folders.set(name, {
        folders: new Map([[part, below(inside, part).folder]]),
        files: new Set(),
      });
    }
  }
  if (classes.length < 2 || places.train === undefined) return null;
  const placeOf = (kind: SplitKind): Place | null => {
    const folders = places[kind];
    return folders === undefined
      ? null
      : { folder: { folders, files: new Set() }, prefix: root.prefix };
  };
  const validation = placeOf('validation');
  const test = placeOf('test');
  if (validation === null && test === null) return null;
  return testsValidate({ train: placeOf('train'), validation, test });
}
