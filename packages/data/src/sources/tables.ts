import { decodeText } from '@alexnet/files';
import { below, type FileTree, type Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import { isMatTable, readMatTable } from './mat-table.js';
import { parseJsonLines } from './parse-json-lines.js';
import { parseList } from './parse-list.js';
import { parseTable } from './parse-table.js';
import { readSplitName, type SplitKind } from './split-names.js';

/** Bytes of a table whose first lines are looked at before it is read. */
const LARGE = 2 ** 22;
/** A table is held in memory. */
const MAX_BYTES = 2 ** 28;
/** Bytes of its first lines. */
const HEAD = 2 ** 16;

const TABLE = /\.(csv|tsv|jsonl)$/i;
const JSON_LINES = /\.jsonl$/i;
const NO_LABELS = /submission/i;

/** `train.txt`, `test_list.txt`, `TrainImages.txt`; not `train_0001.txt`, which is about one image. */
const LIST = /\.txt$/i;
/** Words beside a split's: FGVC-Aircraft's `images_variant_train.txt`, `places365_train_standard.txt`. */
const LIST_WORDS =
  /^(|list|filelist|labels?|names?|ids?|family|manufacturer|variant|places|standard)$/;
/** Folders beside images in which tables lie. */
const ABOUT_LABELS =
  /^(annotations?|labels?|meta(data)?|splits?|lists?|image_?sets?|csvs?|devkit)$/i;

/** Whether a file, by its name, may be a table of labels. */
function isTable(name: string): boolean {
  return (TABLE.test(name) && !NO_LABELS.test(name)) || isList(name) || isMatTable(name);
}

/** Whether a text file, by its name, lists the images of a split. */
function isList(name: string): boolean {
  const stem = name.replace(LIST, '');
  if (stem === name || /\d$/.test(stem.replace(/20\d\d$/, ''))) return false;
  const words = readSplitName(stem)?.rest.split(' ') ?? ['-'];
  return words.every((word) => LIST_WORDS.test(word));
}

/** Lists of several divisions of one set: DTD's `train1.txt` to `test10.txt`. */
export function numberedLists(around: readonly Place[]): string[] {
  return tableFolders(around).flatMap(({ folder, prefix }) =>
    [...folder.files]
      .filter((file) => /\d\.txt$/i.test(file) && isList(file.replace(/\d+\.txt$/i, '.txt')))
      .sort()
      .map((file) => `${prefix}${file}`),
  );
}

/** A file of rows beside images. */
export interface Table {
  readonly path: string;
  /** Of its folder. */
  readonly prefix: string;
  /** What its name says its images are for: `train.csv`, `trainLabels.csv`, `test_labels.csv`. */
  readonly kind: SplitKind | null;
  /** A text file of names, each with its class or without. */
  readonly isList: boolean;
}

/** The tables in some folders and in folders about labels in them, those of the first folder first. */
export function tablesIn(around: readonly Place[]): Table[] {
  return tableFolders(around).flatMap(({ folder, prefix }) =>
    [...folder.files]
      .filter(isTable)
      .sort()
      .map((file) => {
        const kind = readSplitName(file.replace(/\.\w+$/, ''))?.kind ?? null;
        return { path: `${prefix}${file}`, prefix, kind, isList: isList(file) };
      }),
  );
}

/** The places themselves and folders about labels in them, each once. */
export function tableFolders(around: readonly Place[]): Place[] {
  const seen = new Set<string>();
  return around
    .flatMap((place) => [place, ...aboutLabels(place)])
    .filter(({ prefix }) => !seen.has(prefix) && seen.add(prefix));
}

function aboutLabels(place: Place): Place[] {
  const names = [...place.folder.folders.keys()].filter((name) => ABOUT_LABELS.test(name)).sort();
  return names.map((name) => below(place, name));
}

/** Reads tables of one source, each once. */
export class TableReader {
  readonly #tree: FileTree;
  readonly #rows = new Map<string, Promise<string[][]>>();
  readonly #passedOver = new Set<string>();

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /**
   * @param namesImages Whether rows from the top of a large table name images; others are not read on.
   * @returns `null` for a large table that names none.
   * @throws {DatasetError} when a table that names images is too large.
   */
  async rows(
    { path }: Table,
    namesImages: (rows: readonly (readonly string[])[]) => boolean,
  ): Promise<string[][] | null> {
    const size = await this.#tree.size(path);
    if (size > LARGE && !namesImages(await this.#head(path))) {
      this.#passedOver.add(path);
      return null;
    }
    if (size > MAX_BYTES) {
      throw new DatasetError(
        'refused',
        `${this.#tree.name}: ${path} has ${size} bytes, and a table of labels may have ${MAX_BYTES}; keep its columns of the image and of the label only`,
      );
    }
    const known = this.#rows.get(path);
    if (known !== undefined) return known;
    const rows = this.#tree.read(path).then((bytes) => {
      if (isMatTable(path.split('/').at(-1) ?? '')) {
        return readMatTable(bytes, `${this.#tree.name}: ${path}`);
      }
      return rowsOf(path, decodeText(bytes));
    });
    this.#rows.set(path, rows);
    return rows;
  }

  /** An end of a message that shows the first of tables that name no image; empty without any. */
  async strangeHint(tables: readonly Table[]): Promise<string> {
    for (const { path, isList } of tables) {
      const rows = isList ? [] : ((await this.#rows.get(path)) ?? []);
      if (rows.length < 2) continue;
      const begin = rows.slice(0, 2).map((row) => row.join(',').slice(0, 40));
      return `; ${path} names none of them, or none alone: "${begin.join('", "')}" …`;
    }
    return '';
  }

  /** Paths of large tables that were looked into and never read. */
  passedOver(): string[] {
    return [...this.#passedOver].filter((path) => !this.#rows.has(path));
  }

  async #head(path: string): Promise<string[][]> {
    const bytes = await this.#tree.read(path, { offset: 0, length: HEAD });
    const text = decodeText(bytes);
    return rowsOf(path, text.slice(0, text.lastIndexOf('\n') + 1));
  }
}

function rowsOf(path: string, text: string): string[][] {
  if (JSON_LINES.test(path)) return parseJsonLines(text);
  return LIST.test(path) ? parseList(text) : parseTable(text);
}
