import type { FileTree, Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import { indexImages } from './image-names.js';
import { readRows, type TableContext } from './label-table.js';
import type { LabeledPath } from './labeled-image.js';
import { type Notes, someOf } from './notes.js';
import { hasLabelColumns } from './table-columns.js';
import { type Table, tablesIn } from './tables.js';

/**
 * Asks where a table with a column of classes divides the images of folders in another way than the
 * folders do: those of patients, places or days are no classes. Classes that only have other names in it,
 * or numbers, are the same; folders that share a class of it are said.
 *
 * @param around The folder of the class folders, then those around it.
 * @param images Each with its folder as its class.
 * @throws {DatasetError} when a table gives most images a class, and images of one folder several.
 */
export async function checkFolderLabels(
  tree: FileTree,
  around: readonly Place[],
  images: readonly LabeledPath[],
  notes: Notes,
  context: TableContext,
): Promise<void> {
  let finderAt: ReturnType<typeof indexImages> | undefined;
  const folderOf = new Map(images.map(({ path, className }) => [path, className]));
  for (const table of tablesIn(around)) {
    const isNamed = (rows: readonly (readonly string[])[]) => hasLabelColumns(rows[0] ?? []);
    const rows = await context.reader.rows(table, isNamed);
    if (rows === null || !isNamed(rows)) continue;
    finderAt ??= indexImages(images.map(({ path }) => path));
    const read = readRows(rows, finderAt(table.prefix), table, table.path, context);
    if (read === null) sayShared(rows, table, images, notes, context);
    if (read === null || 'message' in read || 2 * read.labeled.length < images.length) continue;
    const classes = new Map<string, Set<string>>();
    for (const { path, className } of read.labeled) {
      const folder = folderOf.get(path) ?? '';
      classes.set(folder, (classes.get(folder) ?? new Set()).add(className));
    }
    const all = [...new Set(read.labeled.map(({ className }) => className))].sort();
    if ([...classes.values()].some(({ size }) => size > 1)) {
      throw new DatasetError(
        'no-classes',
        `${tree.name}: are the classes the folders (${someOf([...classes.keys()])}), or what ${table.path} says (${someOf(all)})? Move the table away for the folders, or sort the images by it, one folder a class`,
      );
    }
    if (all.length === classes.size) continue;
    notes.say(
      'labels',
      all.length,
      `classes are the folders (${classes.size}); ${table.path} gives them ${all.length} others, which are not read: ${someOf(all)}`,
    );
  }
}

/** `rgb/1.png` and `depth/1.png` beside a table that gives `1.png` a class. */
function sayShared(
  rows: readonly (readonly string[])[],
  table: Table,
  images: readonly LabeledPath[],
  notes: Notes,
  context: TableContext,
): void {
  const [first] = images;
  const own = images.filter(({ className }) => className === first?.className);
  const find = indexImages(own.map(({ path }) => path))(table.prefix);
  const read = readRows(rows, find, table, table.path, context);
  if (read === null || 'message' in read || 2 * read.labeled.length < own.length) return;
  const classes = new Set(read.labeled.map(({ className }) => className));
  if (classes.size < 2) return;
  notes.say(
    'labels',
    classes.size,
    `classes are the folders; ${table.path} gives names that several of them hold other classes, which are not read: ${someOf([...classes].sort())}`,
  );
}
