import { fileKind } from '../archives/file-kind.js';
import { below, dataFolders, type FileTree, type Place } from '../archives/folder-tree.js';
import { imageFormat } from '../decode/image-format.js';
import { DatasetError } from '../errors.js';
import { readClassList } from './class-list.js';
import { checkFolderLabels } from './folder-labels.js';
import { CLASS_TAR, imageFolders, isLayered } from './image-folders.js';
import { indexClassTars } from './imagenet/class-tars.js';
import { readImageNetList } from './imagenet/imagenet-labels.js';
import { readLabelTable, type TableContext } from './label-table.js';
import type { LabeledImage, LabeledPath } from './labeled-image.js';
import { checkNestedClasses, partsStem } from './nested-classes.js';
import { Notes, someOf } from './notes.js';
import { isImagesName } from './split-names.js';
import { tablesIn } from './tables.js';
import { readTinyImageNetList } from './tiny-imagenet.js';
import { unreadHint } from './unread-kinds.js';

/** Read of a file whose name does not say what it is, bytes. */
const HEAD = 32;
/** Files looked into at once. */
const AT_ONCE = 32;

/**
 * The images of one split with their classes: from class folders, from ImageNet's class tars, from a
 * list or table that names the images, or from names like `cat.0.jpg`.
 *
 * @param around The folder itself, then those around it, in which lists are looked for.
 * @param context What surrounds the place, for tables that speak of more.
 * @param skip Folders of the place that are no class.
 * @returns `null` when there are images and nothing says what they are.
 * @throws {DatasetError} when a class holds no image.
 */
export async function readPlace(
  tree: FileTree,
  place: Place,
  around: readonly Place[],
  notes: Notes,
  context: TableContext,
  skip: ReadonlySet<string>,
): Promise<LabeledImage[] | null> {
  const { folder, prefix } = place;
  const tars = [...folder.files].filter((name) => CLASS_TAR.test(name)).sort();
  if (tars.length > 1) return indexClassTars(tree, place, tars);
  const listed = await readTinyImageNetList(tree, place);
  if (listed !== null) return listed;
  const names = classFolders(place).filter((name) => !skip.has(name));
  const tabled = isOneSet(names) ? await readLabeledSet(tree, place, around, notes, context) : null;
  if (tabled !== null) return tabled;
  const [only = ''] = names;
  // Nobody learns one class: `data_256_standard`, unless a table names the images in it.
  if (context.kind === 'train' && names.length === 1 && isLayered(below(place, only))) {
    const inside = below(place, only);
    return readPlace(tree, inside, [inside, ...around], notes, context, new Set());
  }
  const isFlat = names.length === 1 && isImagesName(only);
  const inList = names.length > 1 ? await readClassList(tree, place, around, notes) : null;
  if (inList !== null) return inList;
  if (names.length > 0 && !isFlat) {
    const asked = checkNestedClasses(tree, place, names, notes);
    if (asked !== null) {
      const tabled = await readLabeledSet(tree, place, around, notes, context);
      if (tabled !== null) return tabled;
      throw asked;
    }
    for (const name of folder.files) {
      if (fileKind(name) === 'image') {
        notes.leftOut('loose-images', 'images that lie in no class folder', `${prefix}${name}`);
      }
    }
    const read = await Promise.all(
      names.map((name) => readClass(tree, below(place, name), name, notes)),
    );
    const inFolders = read.flat();
    await checkFolderLabels(tree, around, inFolders, notes, context);
    return inFolders;
  }
  const images = await imagesIn(tree, place, notes);
  if (images.length === 0) return [];
  return (
    (await readImageNetList(tree, around, images, notes)) ??
    (await readLabelTable(tree, around, images, notes, context)) ??
    labelsInNames(images, notes)
  );
}

/** True for a folder alone at its level, and for numbered parts of one. */
function isOneSet(names: readonly string[]): boolean {
  const stems = new Set(names.map(partsStem));
  return names.length === 1 || (stems.size === 1 && !stems.has(null));
}

/** Images in folders that are no classes, as a table around them says; null where there is none. */
async function readLabeledSet(
  tree: FileTree,
  place: Place,
  around: readonly Place[],
  notes: Notes,
  context: TableContext,
): Promise<LabeledPath[] | null> {
  if (tablesIn(around).length === 0) return null;
  const found = new Notes();
  const images = await imagesIn(tree, place, found);
  const labeled = await readLabelTable(tree, around, images, found, context);
  // What is left out counts where it is: elsewhere these folders are classes.
  if (labeled !== null) notes.add(found);
  return labeled;
}

/** Data folders that look like classes: they hold something that may be an image, or nothing at all. */
function classFolders(place: Place): string[] {
  const names = imageFolders(place);
  // In the order of their composed names, so that one class in two spellings is one.
  const key = (name: string) => name.normalize('NFC');
  return names.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function readClass(
  tree: FileTree,
  place: Place,
  name: string,
  notes: Notes,
): Promise<LabeledImage[]> {
  const images = await imagesIn(tree, place, notes);
  if (images.length === 0) {
    throw new DatasetError(
      'no-classes',
      `${tree.name}: class folder ${place.prefix.slice(0, -1)} holds no image (found ${describeFiles(place)})${unreadHint(place.folder.files)}`,
    );
  }
  return images.map((path) => ({ path, className: name.normalize('NFC') }));
}

/** Paths of all images below a place, sorted by UTF-16 code units at every level; the rest is noted. */
export async function imagesIn(tree: FileTree, place: Place, notes: Notes): Promise<string[]> {
  const { folder, prefix } = place;
  const names = [...folder.files].sort();
  const unknown = names.filter((name) => fileKind(name) === 'unknown');
  const sniffed = new Set<string>();
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    const some = unknown.slice(from, from + AT_ONCE);
    const found = await Promise.all(some.map((name) => startsLikeImage(tree, `${prefix}${name}`)));
    for (const [i, name] of some.entries()) if (found[i]) sniffed.add(name);
  }
  const paths: string[] = [];
  for (const name of names) {
    const path = `${prefix}${name}`;
    const kind = fileKind(name);
    if (kind === 'image' || sniffed.has(name)) paths.push(path);
    else if (kind === 'unread-image') {
      notes.leftOut(
        'unread-images',
        'images of kinds that are not read (convert them to JPEG or PNG)',
        path,
      );
    } else if (kind === 'system') notes.leftOut('foreign-files', 'files of the system', path);
    else notes.leftOut('foreign-files', 'files that are no images', path);
  }
  const inside = new Set(dataFolders(folder));
  for (const name of [...folder.folders.keys()].sort()) {
    if (inside.has(name)) {
      for (const path of await imagesIn(tree, below(place, name), notes)) paths.push(path);
    } else notes.leftOut('other-folders', 'folders of tools or of notes', `${prefix}${name}/`);
  }
  return paths;
}

async function startsLikeImage(tree: FileTree, path: string): Promise<boolean> {
  try {
    const length = Math.min(HEAD, await tree.size(path));
    return imageFormat(await tree.read(path, { offset: 0, length })) !== null;
  } catch {
    return false;
  }
}

/** `cat.0.jpg`, `dog.1.jpg`, as Kaggle's Dogs vs. Cats has them: a word, a number, an ending. */
const NAMED = /^(\p{L}[\p{L} _-]*)\.\d+\.\w+$/u;

function labelsInNames(images: readonly string[], notes: Notes): LabeledPath[] | null {
  const labeled = images.map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return { path, className: (NAMED.exec(name)?.[1] ?? '').normalize('NFC') };
  });
  const classes = [...new Set(labeled.map(({ className }) => className))].sort();
  if (classes.includes('') || classes.length < 2) return null;
  notes.say(
    'labels',
    images.length,
    `classes are read from names like ${images[0]?.split('/').at(-1)}: ${someOf(classes)}`,
  );
  return labeled;
}

/** What lies in a folder, for messages. */
export function describeFiles({ folder }: Place): string {
  const names = [...folder.files].sort();
  return names.length === 0 ? 'nothing' : someOf(names);
}
