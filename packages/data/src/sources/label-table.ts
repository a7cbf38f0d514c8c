import type { FileTree, Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import type { Notes } from './notes.js';
import { readSplitName, type SplitKind } from './split-names.js';

/** An image of a flat folder, by its path in the tree, and what a list says of it. */
export interface LabeledPath {
  readonly path: string;
  readonly className: string;
  readonly split?: SplitKind | undefined;
  /** From a table, whose numbers are ordered as such. */
  readonly listed?: true;
}

/** An image, its class, and where it lies where that is inside an archive of the tree. */
export interface LabeledImage extends LabeledPath {
  /** Part of the file at `archive`, for images in the tar files of classes. */
  readonly part?: { readonly archive: string; readonly offset: number; readonly length: number };
}

/** Names of columns, in order of preference, compared in lower case without blanks and underscores. */
const IMAGE_COLUMNS =
  'image imageid imagename imagepath imagefile file filename filepath path img imgname imgpath id name picture photo'.split(
    ' ',
  );
const LABEL_COLUMNS =
  'label labels class classname classlabel category categoryname target breed species diagnosis dx variety type y'.split(
    ' ',
  );
const SPLIT_COLUMNS = [
  'split',
  'dataset',
  'subset',
  'set',
  'fold',
  'partition',
  'datasplit',
  'usage',
];
const TABLE = /\.(csv|tsv)$/i;
const NO_LABELS = /submission/i;

/** Whether a file, by its name, may be a table of labels. */
export function isTable(name: string): boolean {
  return TABLE.test(name) && !NO_LABELS.test(name);
}

/**
 * Labels of images in a flat folder from a table beside it (`image,label`; Kaggle's `train.csv`,
 * `trainLabels.csv` …), in this folder or one around it. Columns are told by their names, or by what
 * they hold where only one reading is possible.
 *
 * @param around The folder itself, then those around it.
 * @param images Paths of the images.
 * @returns `null` when no table names them.
 * @throws {DatasetError} when a table names them and its label column cannot be told.
 */
export async function readLabelTable(
  tree: FileTree,
  around: readonly Place[],
  images: readonly string[],
  notes: Notes,
): Promise<LabeledPath[] | null> {
  let best: {
    readonly path: string;
    readonly labeled: LabeledPath[];
    readonly strays: number;
  } | null = null;
  for (const { folder, prefix } of around) {
    for (const file of [...folder.files].filter(isTable).sort()) {
      const path = `${prefix}${file}`;
      const rows = parseTable(new TextDecoder().decode(await tree.read(path)));
      const found = readRows(rows, pathFinder(images, prefix), `${tree.name}: ${path}`);
      if (found !== null && found.labeled.length > (best?.labeled.length ?? 0))
        best = { path, ...found };
    }
  }
  if (best === null) return null;
  const { path, labeled, strays } = best;
  notes.used(path);
  notes.say('labels', labeled.length, `labels of ${labeled.length} images are read from ${path}`);
  const known = new Set(labeled.map((image) => image.path));
  for (const image of images) {
    if (!known.has(image)) notes.leftOut('unlabeled', `images ${path} does not name`, image);
  }
  if (strays > 0)
    notes.say('labels', strays, `${strays} lines of ${path} name no image that is here`);
  return labeled;
}

function readRows(
  rows: readonly (readonly string[])[],
  find: (cell: string) => string | undefined,
  where: string,
): { labeled: LabeledPath[]; strays: number } | null {
  const [first, second] = rows;
  if (first === undefined) return null;
  const hasHeader = !first.some((cell) => find(cell) !== undefined);
  const body = hasHeader ? rows.slice(1) : rows;
  const names = hasHeader ? first.map((name) => name.toLowerCase().replace(/[\s_.-]/g, '')) : [];
  const width = Math.max(first.length, second?.length ?? 0);
  const columns = Array.from({ length: width }, (_, i) => i);
  const image = columns
    .filter((i) => body.some((row) => find(row[i] ?? '') !== undefined))
    .sort((a, b) => orderIn(IMAGE_COLUMNS, names[a]) - orderIn(IMAGE_COLUMNS, names[b]))[0];
  if (image === undefined) return null;
  const splitColumn = columns.find(
    (i) =>
      SPLIT_COLUMNS.includes(names[i] ?? '') &&
      body.every((row) => readSplitName(row[i] ?? '') !== null),
  );
  const others = columns.filter((i) => i !== image && i !== splitColumn && names[i] !== '');
  const labelOf = labelReader(others, names, body, where, first);
  const labeled: LabeledPath[] = [];
  let strays = 0;
  for (const row of body) {
    const path = find(row[image] ?? '');
    if (path === undefined) strays++;
    else {
      const split =
        splitColumn === undefined ? undefined : readSplitName(row[splitColumn] ?? '')?.kind;
      labeled.push({ path, className: labelOf(row), split, listed: true });
    }
  }
  const twice = new Map<string, string>();
  for (const { path, className } of labeled) {
    if ((twice.get(path) ?? className) !== className) {
      throw new DatasetError(
        'bad-labels',
        `${where} gives ${path} two labels, "${twice.get(path)}" and "${className}"`,
      );
    }
    twice.set(path, className);
  }
  const seen = new Set<string>();
  return { labeled: labeled.filter(({ path }) => !seen.has(path) && seen.add(path)), strays };
}

/** Which cell of a row is its label: by the column's name, or the only column, or one mark in many. */
function labelReader(
  others: readonly number[],
  names: readonly string[],
  body: readonly (readonly string[])[],
  where: string,
  header: readonly string[],
): (row: readonly string[]) => string {
  const cell = (i: number) => (row: readonly string[]) => {
    const label = (row[i] ?? '').trim();
    if (label !== '') return label;
    throw new DatasetError('bad-labels', `${where} has a line without a label: ${row.join(',')}`);
  };
  const isMark = (text = '') => /^[01](\.0)?$/.test(text.trim());
  const oneHot =
    others.length > 1 &&
    body.every(
      (row) =>
        others.every((i) => isMark(row[i])) &&
        others.filter((i) => Number(row[i]) === 1).length === 1,
    );
  const marked = (row: readonly string[]) =>
    header[others.find((i) => Number(row[i]) === 1) ?? 0] ?? '';
  // One mark in three columns or more is no accident: "target" or "type" is a class there.
  if (oneHot && others.length > 2) return marked;
  const named = [...others]
    .filter((i) => LABEL_COLUMNS.includes(names[i] ?? ''))
    .sort((a, b) => orderIn(LABEL_COLUMNS, names[a]) - orderIn(LABEL_COLUMNS, names[b]))[0];
  if (named !== undefined) return cell(named);
  if (others.length === 1 && others[0] !== undefined) return cell(others[0]);
  if (oneHot) return marked;
  throw new DatasetError(
    'bad-labels',
    `${where}: which column is the class? Call it "label" (found ${header.join(', ')})`,
  );
}

function orderIn(list: readonly string[], name = ''): number {
  const at = list.indexOf(name);
  return at === -1 ? list.length : at;
}

/** Finds an image by its path from the table, its path from the folder, or its name, with or without ending. */
function pathFinder(
  images: readonly string[],
  tablePrefix: string,
): (cell: string) => string | undefined {
  const byKey = new Map<string, string | null>();
  const add = (key: string, path: string) => {
    const known = byKey.get(key);
    byKey.set(key, known === undefined || known === path ? path : null);
  };
  for (const path of images) {
    const parts = path.normalize('NFC').split('/');
    for (let from = 0; from < parts.length; from++) {
      const tail = parts.slice(from).join('/');
      add(tail, path);
      add(tail.replace(/\.[^./]+$/, ''), path);
    }
  }
  return (cell) => {
    const key = cell
      .trim()
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(\.?\/)+/, '');
    if (key === '') return undefined;
    return byKey.get(`${tablePrefix.normalize('NFC')}${key}`) ?? byKey.get(key) ?? undefined;
  };
}

/** Rows of comma-, semicolon- or tab-separated text with quotes (RFC 4180). */
function parseTable(text: string): string[][] {
  const [head = ''] = text.split('\n', 1);
  const count = (mark: string) => head.split(mark).length;
  const separator = ['\t', ';', ','].sort((a, b) => count(b) - count(a))[0] as string;
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const plain = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < plain.length; at++) {
    const letter = plain[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (plain[at + 1] === '"') cell += plain[++at];
      else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === separator) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else cell += letter;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows.filter((cells) => cells.some((text) => text.trim() !== ''));
}
