import { below, dataFolders, type FileTree, type Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import { holdsImages } from './image-folders.js';
import { type Notes, someOf } from './notes.js';
import { isWrapperName, readSplitName } from './split-names.js';

/** Names of folders into which one set of images was divided: `HAM10000_images_part_1`, `images_002`. */
const PARTS = /^(.*(images?|imgs?|photos?|pictures?|pics|part|batch))[ _-]*\d+$/i;

/** What numbered parts are called but for their number, in lower case. */
export function partsStem(name: string): string | null {
  return PARTS.exec(name)?.[1]?.toLowerCase() ?? null;
}

/**
 * Class folders that hold folders instead of images: one set twice, or several sets side by side, are
 * asked about; where the folders within differ, the classes are said.
 *
 * @returns What to throw where no table says the classes: folders within have the names of others, or
 * class folders are called as the parts of one set.
 */
export function checkNestedClasses(
  tree: FileTree,
  place: Place,
  names: readonly string[],
  notes: Notes,
): DatasetError | null {
  const where = place.prefix === '' ? tree.name : `${tree.name}: ${place.prefix}`;
  const parts = names.filter((name) => {
    const stem = partsStem(name);
    return stem !== null && names.some((other) => other !== name && partsStem(other) === stem);
  });
  if (parts.length > 0) {
    return new DatasetError(
      'no-classes',
      `${where} holds parts of one set (${someOf(parts)}) and no table gives each of their images one class; put a labels.csv with the columns image and label beside them, and leave no image twice`,
    );
  }
  const inner = new Map<string, Set<string>>();
  for (const name of names) {
    const inside = below(place, name);
    if (!holdsImages(inside.folder)) inner.set(name, namesWithin(inside));
  }
  for (const [name, within] of inner) {
    // One folder within is no set of classes.
    if (within.size < 2) continue;
    const others = names.filter((other) => other !== name);
    const repeated = [...within].filter((one) =>
      others.some((other) => other === one || inner.get(other)?.has(one)),
    );
    if (repeated.length === 0) continue;
    return new DatasetError(
      'no-classes',
      `${where}: are the classes ${someOf(names)}, or the folders in ${name}/ (${someOf(repeated.sort())}), whose names come twice? Give the one folder that holds the class folders, or move away what does not belong to it`,
    );
  }
  const folders = [...inner.values()];
  if (names.length > 1 && folders.length === names.length && folders.some(({ size }) => size > 1)) {
    const all = folders.flatMap((within) => [...within]).sort();
    notes.say(
      'labels',
      names.length,
      `classes are ${someOf(names)}, each with the images of all its folders: ${someOf(all)}`,
    );
  }
  return null;
}

/** Names of the folders below that hold images and are no wrappers, and of splits around such. */
function namesWithin(place: Place): Set<string> {
  const found = new Set<string>();
  for (const name of dataFolders(place.folder)) {
    const inside = below(place, name);
    const deeper = namesWithin(inside);
    const isClass = !isWrapperName(name) && holdsImages(inside.folder);
    if (isClass || (readSplitName(name) !== null && deeper.size > 0)) found.add(name);
    for (const one of deeper) found.add(one);
  }
  return found;
}
