import type { FileTree, Place } from '../archives/folder-tree.js';
import { pathsOf, withoutTrainval } from './choose-reading.js';
import { readCubSplit } from './cub-split.js';
import { type FindImage, indexImages } from './image-names.js';
import type { LabeledImage } from './labeled-image.js';
import { type Notes, someOf } from './notes.js';
import { readSplitName, type SplitKind } from './split-names.js';
import { tellColumns } from './table-columns.js';
import { numberedLists, type Table, type TableReader, tablesIn } from './tables.js';

/** What a table says that images are for, by their paths. */
interface SplitList extends Pick<Table, 'path' | 'prefix'> {
  readonly kinds: ReadonlyMap<string, SplitKind>;
  /** It names folders, too: names alone may be those of images that are not here. */
  readonly namesFolders: boolean;
}

/**
 * Divides images whose classes are known by lists of names: Food-101's `meta/train.txt` and `test.txt`, a
 * `train.csv` and `test.csv`, a table with a column of splits, CUB-200's `train_test_split.txt`. With a
 * list of training images, those no list names are left out; without one, they are for training.
 *
 * @param around The folder of the images, then those around it.
 * @returns The images as they are where no list says what some are held out for, or where lists
 * contradict each other, which is said.
 */
export async function splitByLists(
  tree: FileTree,
  around: readonly Place[],
  images: readonly LabeledImage[],
  notes: Notes,
  reader: TableReader,
): Promise<readonly LabeledImage[]> {
  const lists = withoutTrainval(
    await readLists(tree, around, images, notes, reader),
    ({ path, kinds }) => ({ path, kinds: kinds.values() }),
  );
  const names = pathsOf(lists);
  const kinds = new Map<string, SplitKind>();
  for (const [path, kind] of lists.flatMap((list) => [...list.kinds])) {
    const known = kinds.get(path);
    if (known !== undefined && known !== kind) {
      notes.say('labels', 1, `splits are not read from ${names}: ${path} is in two of them`);
      return images;
    }
    kinds.set(path, kind);
  }
  const found = new Set(kinds.values());
  if (!found.has('validation') && !found.has('test')) {
    sayNumbered(around, notes);
    return images;
  }
  if (!found.has('train') && lists.some(({ namesFolders }) => !namesFolders)) {
    const why = 'it names no folders, and nothing names the training images';
    notes.say('labels', 1, `splits are not read from ${names}: ${why}`);
    return images;
  }
  notes.usedTables(lists);
  notes.say('labels', kinds.size, `splits of ${kinds.size} images are read from ${names}`);
  return images.flatMap((image) => {
    const split = kinds.get(image.path);
    if (split !== undefined) return [{ ...image, split }];
    if (!found.has('train')) return [image];
    notes.leftOut('unlabeled', `images in no split of ${names}`, image.path);
    return [];
  });
}

/** Which of several divisions is meant, nothing says. */
function sayNumbered(around: readonly Place[], notes: Notes): void {
  const numbered = numberedLists(around);
  if (numbered.length < 2) return;
  notes.say(
    'labels',
    numbered.length,
    `splits are not read from ${someOf(numbered)}: to use one division of several, copy its lists to train.txt, val.txt and test.txt`,
  );
}

async function readLists(
  tree: FileTree,
  around: readonly Place[],
  images: readonly LabeledImage[],
  notes: Notes,
  reader: TableReader,
): Promise<SplitList[]> {
  const cub = await readCubSplit(tree, around);
  const tables = tablesIn(around);
  // A list of training images alone divides nothing, and a million names take their time.
  if (cub === null && tables.every(({ kind }) => kind === 'train')) return [];
  const finderAt = indexImages(images.map(({ path }) => path));
  if (cub !== null) {
    const find = finderAt(cub.prefix);
    const kinds = cub.kinds.flatMap(([name, kind]) => {
      const path = find(name)?.path;
      return path === undefined ? [] : [[path, kind] as const];
    });
    return [{ ...cub, kinds: new Map(kinds), namesFolders: true }];
  }
  // Of tables of labels it was said before.
  const isLabeled = images.some(({ listed }) => listed);
  const lists: SplitList[] = [];
  for (const table of tables) {
    const find = finderAt(table.prefix);
    const rows = await reader.rows(table, (head) => head.flat().some((cell) => find(cell)?.whole));
    const list = rows && readKinds(rows, find, table, isLabeled ? null : notes);
    if (!list) continue;
    if (list.strays > list.kinds.size) {
      const why = `${list.strays} of its lines name no image that is here`;
      notes.say('labels', 1, `splits are not read from ${table.path}: ${why}`);
    } else lists.push(list);
  }
  return lists;
}

/** Names of a table count where they are whole: numbers in it may look like any image's. */
function readKinds(
  rows: readonly (readonly string[])[],
  find: FindImage,
  table: Table,
  notes: Notes | null,
): (SplitList & { readonly strays: number }) | null {
  const columns = tellColumns(rows, find);
  if (columns === null) return null;
  const { body, image, split, remarks } = columns;
  const kinds = new Map<string, SplitKind>();
  let strays = 0;
  let namesFolders = true;
  for (const row of body) {
    const kind = split === undefined ? table.kind : readSplitName(row[split] ?? '')?.kind;
    const cell = row[image] ?? '';
    const named = find(cell);
    if (kind && named && (named.whole || table.isList)) {
      kinds.set(named.path, kind);
      namesFolders &&= /[\\/]/.test(cell);
    } else strays++;
  }
  const { path, prefix } = table;
  const named = notes && body.some((row) => find(row[image] ?? '')?.whole);
  if (named) for (const what of remarks) notes.say('labels', 1, `${path}: ${what}`);
  return kinds.size === 0 ? null : { path, prefix, kinds, strays, namesFolders };
}
