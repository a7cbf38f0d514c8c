import type { FindImage } from './image-names.js';
import { readSplitName } from './split-names.js';

type Rows = readonly (readonly string[])[];

/** Names of columns, in order of preference, compared in lower case without blanks and underscores. */
const IMAGE_COLUMNS =
  'image imageid imagename imagepath imagefile file filename filepath path img imgname imgpath id name picture photo'.split(
    ' ',
  );
/** Of these, names that may just as well count the lines. */
const VAGUE_COLUMNS = ['id', 'name'];
const LABEL_COLUMNS =
  'label labels labelid class classname classlabel classid classidx category categoryname categoryid target breed species diagnosis dx variety type y'.split(
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

/** What the columns of a table are for. */
export interface TableColumns {
  readonly body: Rows;
  readonly image: number;
  /** Another column that names other images just as well. */
  readonly rival: number | undefined;
  readonly split: number | undefined;
  /** The class a row gives, empty where it gives none; `null` when no column is known to. */
  readonly labelOf: ((row: readonly string[]) => string) | null;
  /** How well the column of classes is known, from 0, the best. */
  readonly labelRank: number;
  readonly header: readonly string[];
  /** What columns say that is not read, for messages. */
  readonly remarks: readonly string[];
}

/** True when a name among `cells` is one that columns of images have. */
export function hasImageColumn(cells: readonly string[]): boolean {
  return cells.some((cell) => IMAGE_COLUMNS.includes(plainName(cell)));
}

/** True when columns are called as those of images and of classes are. */
export function hasLabelColumns(cells: readonly string[]): boolean {
  const names = cells.map(plainName);
  return hasImageColumn(cells) && labelColumns([...names.keys()], names).length > 0;
}

/** Tells columns by their names, or by what they hold; `null` when none names an image. */
export function tellColumns(rows: Rows, find: FindImage): TableColumns | null {
  const [first, second] = rows;
  if (first === undefined) return null;
  const hasHeader = !first.some((cell) => find(cell) !== undefined);
  const body = hasHeader ? rows.slice(1) : rows;
  const names = hasHeader ? first.map(plainName) : [];
  const width = Math.max(first.length, second?.length ?? 0);
  const columns = Array.from({ length: width }, (_, i) => i);
  const found = tellImageColumn(columns, names, body, find);
  if (found === null) return null;
  const namesNone = (i: number) => body.find((row) => readSplitName(row[i] ?? '') === null);
  const split = columns.find(
    (i) => SPLIT_COLUMNS.includes(names[i] ?? '') && namesNone(i) === undefined,
  );
  const others = columns.filter((i) => i !== found.image && i !== split && names[i] !== '');
  const labels = tellLabels(others, names, body, first);
  const { labelOf, labelRank } =
    labels.labelOf === null && !hasHeader ? inNames(found.image, others, body) : labels;
  const named = labelRank < LABEL_COLUMNS.length ? labelColumns(others, names) : [];
  const remarks = [
    ...others
      .filter((i) => hasHeader && split === undefined && isSplitColumn(first[i]))
      .map(
        (i) =>
          `no splits are read from its column ${quote(first[i])}: ${quote(namesNone(i)?.[i])} names none of train, validation and test`,
      ),
    ...otherLabels(named, body).map(
      (i) => `its column ${quote(first[i])} is not read, and gives other classes`,
    ),
  ];
  return { body, ...found, split, labelOf, labelRank, header: first, remarks };
}

function quote(text = ''): string {
  return `"${text.trim()}"`;
}

/** `fold`, `is_valid`, `test set`: a column about splits, by its name. */
function isSplitColumn(name = ''): boolean {
  const kind = readSplitName(name)?.kind ?? 'unlabeled';
  return SPLIT_COLUMNS.includes(plainName(name)) || kind !== 'unlabeled';
}

/** Of columns of classes those that divide the images in another way than the best known does. */
function otherLabels(columns: readonly number[], body: Rows): number[] {
  const [best = 0, ...rest] = columns;
  const count = (keyOf: (row: readonly string[]) => string) => new Set(body.map(keyOf)).size;
  const cell = (row: readonly string[], i: number) => (row[i] ?? '').trim();
  const classes = count((row) => cell(row, best));
  return rest.filter((i) => {
    const both = count((row) => `${cell(row, best)}\0${cell(row, i)}`);
    return both !== classes || both !== count((row) => cell(row, i));
  });
}

/** Names of columns without capitals and marks; those that tools give to columns without one are none. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^unnamed: \d+$/, '')
    .replace(/[\s_.-]/g, '');
}

/**
 * Of the columns that name images: one with a name of its own before one without, one that names them
 * with ending or path before bare names, which any count may look like, then the best known name, then
 * one that names no image twice.
 */
function tellImageColumn(
  columns: readonly number[],
  names: readonly string[],
  body: Rows,
  find: FindImage,
): Pick<TableColumns, 'image' | 'rival'> | null {
  const candidates = columns.flatMap((column) => {
    const seen = new Set<string>();
    let whole = false;
    let twice = false;
    for (const row of body) {
      const image = find(row[column] ?? '');
      if (image === undefined) continue;
      whole ||= image.whole;
      twice ||= seen.has(image.path);
      seen.add(image.path);
    }
    if (seen.size === 0) return [];
    const name = names[column] ?? '';
    const isOther = LABEL_COLUMNS.includes(name) || SPLIT_COLUMNS.includes(name);
    const isNameless = names.length > 0 && name === '';
    const listed = orderIn(IMAGE_COLUMNS, name);
    return [{ column, name, rank: [+isOther, +isNameless, +!whole, listed, +twice] }];
  });
  candidates.sort((a, b) => compare(a.rank, b.rank));
  const [best, ...rest] = candidates;
  if (best === undefined) return null;
  const isListed = (name: string) => IMAGE_COLUMNS.includes(name) && !VAGUE_COLUMNS.includes(name);
  const rival = rest.find(
    ({ column, name, rank }) =>
      (compare(best.rank, rank) === 0 || (isListed(name) && !isListed(best.name))) &&
      body.some((row) => find(row[best.column] ?? '')?.path !== find(row[column] ?? '')?.path),
  );
  return { image: best.column, rival: rival?.column };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The column that is called as classes are, or one column of marks a class, or the only other one. */
function tellLabels(
  others: readonly number[],
  names: readonly string[],
  body: Rows,
  header: readonly string[],
): Pick<TableColumns, 'labelOf' | 'labelRank'> {
  const cell = (i: number) => (row: readonly string[]) => (row[i] ?? '').trim();
  const isMark = (text = '') => /^[01](\.0)?$/.test(text.trim());
  // Marks without a header are of classes without names.
  const oneHot =
    names.length > 0 &&
    others.length > 1 &&
    body.every(
      (row) =>
        others.every((i) => isMark(row[i])) &&
        others.filter((i) => Number(row[i]) === 1).length === 1,
    );
  const marks = {
    labelOf: (row: readonly string[]) =>
      (header[others.find((i) => Number(row[i]) === 1) ?? 0] ?? '').trim(),
    labelRank: LABEL_COLUMNS.length,
  };
  // One mark in three columns or more is no accident: "target" or "type" is a class there.
  if (oneHot && others.length > 2) return marks;
  const [named] = labelColumns(others, names);
  if (named !== undefined) {
    return { labelOf: cell(named), labelRank: orderIn(LABEL_COLUMNS, names[named]) };
  }
  if (others.length === 1 && others[0] !== undefined) {
    return { labelOf: cell(others[0]), labelRank: LABEL_COLUMNS.length + 1 };
  }
  return oneHot ? marks : { labelOf: null, labelRank: Infinity };
}

/** Columns called as classes are, the best known name first. Beside an x, y is a coordinate. */
function labelColumns(others: readonly number[], names: readonly string[]): number[] {
  const isLabel = (name = '') =>
    LABEL_COLUMNS.includes(name) && !(name === 'y' && names.includes('x'));
  return others
    .filter((i) => isLabel(names[i]))
    .sort((a, b) => orderIn(LABEL_COLUMNS, names[a]) - orderIn(LABEL_COLUMNS, names[b]));
}

/** `Abyssinian_100`: a word and a number. */
const NUMBERED = /^(?:.*[\\/])?(.*\p{L})[ _.-]?\d+(?:\.\w+)?$/u;

/**
 * The words of names like `Abyssinian_100`, where a column has one number for each of them and no other:
 * the Oxford-IIIT pets' lists have three numbers in a line, of which the first is the class.
 */
function inNames(
  image: number,
  others: readonly number[],
  body: Rows,
): Pick<TableColumns, 'labelOf' | 'labelRank'> {
  const labelOf = (row: readonly string[]) =>
    (NUMBERED.exec((row[image] ?? '').trim())?.[1] ?? '').normalize('NFC');
  const words = new Set(body.map(labelOf));
  const isOneToOne = others.some((i) => {
    const pairs = new Set(body.map((row) => `${row[i]} ${labelOf(row)}`));
    return pairs.size === words.size && new Set(body.map((row) => row[i])).size === words.size;
  });
  if (!isOneToOne || words.size < 2 || words.has('')) return { labelOf: null, labelRank: Infinity };
  return { labelOf, labelRank: LABEL_COLUMNS.length + 2 };
}

function orderIn(list: readonly string[], name = ''): number {
  const at = list.indexOf(name);
  return at === -1 ? list.length : at;
}
