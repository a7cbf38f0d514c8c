import type { FileTree, Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import {
  bestOf,
  contradictionOf,
  joinSplits,
  type Problem,
  pathsOf,
  type Reading,
  withoutTrainval,
} from './choose-reading.js';
import { alsoNamed, type FindImage, indexImages } from './image-names.js';
import type { LabeledPath } from './labeled-image.js';
import type { Notes } from './notes.js';
import { readSplitName, type SplitKind } from './split-names.js';
import { hasImageColumn, tellColumns } from './table-columns.js';
import { type Table, type TableReader, tablesIn } from './tables.js';

/** What surrounds the images whose labels are looked for. */
export interface TableContext {
  readonly reader: TableReader;
  /** What the images are for. */
  readonly kind: SplitKind;
  /** Nothing can be learned without their labels; others are left out. */
  readonly required: boolean;
  /** Images of the other splits, which may have the same names. */
  readonly elsewhere: () => readonly string[];
}

/**
 * Labels of images in a flat folder from a table beside it (`image,label`; Kaggle's `train.csv`,
 * `trainLabels.csv` …), in this folder or one around it. Columns are told by their names, or by what
 * they hold where only one reading is possible. Of tables that name as many images, the one whose
 * column of classes has the better known name counts; `train.csv` and `test.csv` of one folder's images
 * are one table. Names that images of several splits have are read only from a table that is called as
 * the split of these is.
 *
 * @param around The folder itself, then those around it.
 * @param images Paths of the images.
 * @returns `null` when no table gives them labels.
 * @throws {DatasetError} when no other table does, and one names them and cannot be read, or, where
 * labels are required, does not say which column is the class or which images it means, or two that
 * are as good as each other give an image different classes.
 */
export async function readLabelTable(
  tree: FileTree,
  around: readonly Place[],
  images: readonly string[],
  notes: Notes,
  context: TableContext,
): Promise<LabeledPath[] | null> {
  const finderAt = indexImages(images);
  const all: Reading[] = [];
  let problem: Problem | null = null;
  for (const table of tablesIn(around)) {
    const find = finderAt(table.prefix);
    const rows = await context.reader.rows(
      table,
      (head) => hasImageColumn(head[0] ?? []) || head.flat().some((cell) => find(cell)),
    );
    const read = rows && readRows(rows, find, table, `${tree.name}: ${table.path}`, context);
    if (read === null) continue;
    if (!('message' in read)) all.push(read);
    else if (problem === null || read.rank < problem.rank) problem = read;
  }
  const readings = withoutTrainval(all, ({ tables }) => ({
    path: tables[0]?.path ?? '',
    kinds: tables.map(({ kind }) => kind),
  }));
  const whole = joinSplits(readings);
  const best = bestOf(whole === null ? readings : [whole, ...readings]);
  // A table that cannot be read gives way to one whose column of classes is known as well.
  if (problem !== null && (best === null || problem.rank < best.rank)) {
    return refuse(problem, context, notes);
  }
  if (best === null) return null;
  const contradiction = contradictionOf(best, readings, tree.name);
  if (contradiction !== null) return refuse(contradiction, context, notes);
  const { labeled, strays, tables, remarks } = best;
  notes.usedTables(tables);
  const path = pathsOf(tables);
  notes.say('labels', labeled.length, `labels of ${labeled.length} images are read from ${path}`);
  for (const what of remarks) notes.say('labels', 1, `${path}: ${what}`);
  const known = new Set(labeled.map((image) => image.path));
  const names = tables.length === 1 ? 'does not name' : 'do not name';
  for (const image of images) {
    if (!known.has(image)) notes.leftOut('unlabeled', `images ${path} ${names}`, image);
  }
  if (strays > 0)
    notes.say('labels', strays, `${strays} lines of ${path} name no image that is here`);
  return labeled;
}

function refuse(
  { message, isUnclear, rank }: Problem,
  { required }: TableContext,
  notes: Notes,
): null {
  if (required || !isUnclear) throw new DatasetError('bad-labels', message);
  // A list without any labels, as Kaggle's test.csv, is no more than that.
  if (rank < Infinity) notes.say('labels', 1, message);
  return null;
}

/** What pandas, R, SQL and Excel write where there is no value, or a formula has failed. */
const MISSING = /^(nan|<na>|#?n\/?a|null|#[a-z/0]+[!?])$/i;
/** What may be a class, or what Python prints where there is no value. */
const NONE = /^none$/i;
/** Python's and JSON's lists. */
const ARRAY = /^\[.*\]$/s;

/**
 * What the rows of one table say of images.
 *
 * @param where The table, for messages.
 * @returns `null` when they name no image.
 */
export function readRows(
  rows: readonly (readonly string[])[],
  find: FindImage,
  table: Table,
  where: string,
  { kind, elsewhere }: TableContext,
): Reading | Problem | null {
  const columns = tellColumns(rows, find);
  if (columns === null) return null;
  const { body, image, rival, split, labelOf, labelRank: rank, header, remarks } = columns;
  // A list of names says what its images are for, and no more.
  if (table.isList && body.every((row) => row.length === 1)) return null;
  const unclear = (text: string) =>
    ({ message: `${where}${text}`, isUnclear: true, rank }) as const;
  if (labelOf === null) {
    return unclear(`: which column is the class? Call it "label" (found ${header.join(', ')})`);
  }
  if (rival !== undefined) {
    const candidates = [image, rival].map((i) => header[i] || `column ${i + 1}`).join(' or ');
    return unclear(`: which column names the images, ${candidates}? Call it "image"`);
  }
  const bare = new Map<string, string>();
  const labels = new Map<string, LabeledPath>();
  let strays = 0;
  for (const row of body) {
    const cell = row[image] ?? '';
    const found = find(cell);
    if (found === undefined) {
      strays++;
      continue;
    }
    const { path, exact } = found;
    if (!exact) bare.set(cell, path);
    const className = labelOf(row);
    if (className === '' || MISSING.test(className)) {
      const line = row.join(',').trim();
      const asked = 'leave such lines out, or name the class in another way';
      return { message: `${where} has a line without a label: ${line} (${asked})`, rank };
    }
    if (className.includes('\uFFFD')) {
      return { message: `${where} is no UTF-8 text ("${className}"): save it as such`, rank };
    }
    const known = labels.get(path);
    if (known !== undefined && known.className !== className) {
      const both = `"${known.className}" and "${className}"`;
      return { message: `${where} gives ${path} two labels, ${both}`, rank };
    }
    const kindOf = split === undefined ? undefined : readSplitName(row[split] ?? '')?.kind;
    if (known === undefined) labels.set(path, { path, className, split: kindOf, listed: true });
  }
  const classes = new Set([...labels.values()].map((image) => image.className));
  if (classes.has('-1') && classes.has('0')) {
    const asked = 'leave lines without a label out, or give the class a name';
    return { message: `${where} has the label -1 beside 0: ${asked}`, rank };
  }
  const several = severalIn(classes);
  if (several !== undefined) {
    const asked = 'keep one label an image';
    return { message: `${where} gives images several labels, as "${several}": ${asked}`, rank };
  }
  const shared = table.kind === kind ? null : alsoNamed(bare.keys(), elsewhere());
  if (shared === null) {
    const none = [...classes].filter((name) => NONE.test(name));
    const named = none.map((name) => `its label "${name}" is a class as any other`);
    const labeled = [...labels.values()];
    return { tables: [table], labeled, strays, rank, remarks: [...remarks, ...named] };
  }
  if (table.kind !== null) return null;
  const { cell, other } = shared;
  return unclear(
    `: does "${cell.trim()}" name ${bare.get(cell)} or ${other}? Write such paths into it, or call it by the split it is for, as train.csv`,
  );
}

/** A list, or a class of which each part is a class, too: `Edema|Mass` beside `Edema` and `Mass`. */
function severalIn(classes: ReadonlySet<string>): string | undefined {
  return [...classes].find((name) => {
    if (ARRAY.test(name)) return true;
    const parts = name.split(/[|;,]/);
    return parts.length > 1 && parts.every((part) => classes.has(part.trim()));
  });
}
