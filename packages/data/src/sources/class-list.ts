import { decodeText } from '@alexnet/files';
import { below, dataFolders, type FileTree, type Place } from '../archives/folder-tree.js';
import { holdsImages, imagePaths } from './image-folders.js';
import type { LabeledPath } from './labeled-image.js';
import type { Notes } from './notes.js';

/** Texts that may list the folders of classes: SUN397's `ClassName.txt`, Places365's `categories_places365.txt`. */
const NAME = /^(class|categor).*\.txt$/i;
/** A folder in folders, and a number behind it or none. */
const LINE = /^\/?([^/\s]+(?:\/[^/\s]+)*)(?:\s+\d+)?$/;
const MAX_BYTES = 2 ** 20;

/**
 * Images whose class is a folder within folders (`/c/church/indoor`), as a list around them names each that
 * holds images; `null` where none does, or no class of it lies deeper than the folders of the place.
 *
 * @param around The place itself, then the folders around it.
 */
export async function readClassList(
  tree: FileTree,
  place: Place,
  around: readonly Place[],
  notes: Notes,
): Promise<LabeledPath[] | null> {
  const classes = foldersOfImages(place).map((inside) => ({
    ...inside,
    className: inside.prefix.slice(place.prefix.length, -1).normalize('NFC'),
  }));
  if (!classes.some(({ className }) => className.includes('/'))) return null;
  for (const { folder, prefix } of around) {
    for (const file of [...folder.files].filter((name) => NAME.test(name)).sort()) {
      const path = `${prefix}${file}`;
      if ((await tree.size(path)) > MAX_BYTES) continue;
      const listed = namesIn(decodeText(await tree.read(path)));
      if (!classes.every(({ className }) => listed.has(className))) continue;
      notes.used(path);
      const count = classes.length;
      notes.say('labels', count, `classes are the folders ${path} names (${count})`);
      return classes.flatMap(({ folder, prefix, className }) => {
        const own = { folder: { files: folder.files, folders: new Map() }, prefix };
        return imagePaths(own).map((image) => ({ path: image, className }));
      });
    }
  }
  return null;
}

function namesIn(text: string): ReadonlySet<string> {
  const names = text.split(/\r?\n/).map((line) => LINE.exec(line.trim())?.[1] ?? '');
  return new Set(names.map((name) => name.normalize('NFC')));
}

/** The folders below a place in which images lie themselves, in the order of their names. */
function foldersOfImages(place: Place): Place[] {
  return dataFolders(place.folder)
    .sort()
    .flatMap((name) => {
      const inside = below(place, name);
      return [...(holdsImages(inside.folder) ? [inside] : []), ...foldersOfImages(inside)];
    });
}
