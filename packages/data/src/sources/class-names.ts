import { decodeText } from '@alexnet/files';
import type { FileTree, Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import { readMatNames } from './mat-table.js';
import type { Notes } from './notes.js';
import { tableFolders } from './tables.js';

type NamesById = ReadonlyMap<string, string>;

/** Lines of a text, and their form for messages. */
interface Lines {
  readonly line: RegExp;
  readonly form: string;
}

const TABBED: Lines = { line: /^(?<id>[^\t]+)\t(?<name>[^\t]+)/, form: 'folder<TAB>name' };
/** Files that give classes readable names; the numbers of Places365 and Stanford Cars are those of their lists. */
const NAME_FILES: Readonly<Record<string, Lines | typeof readMatNames>> = {
  'classes.tsv': TABBED,
  'words.txt': TABBED,
  'LOC_synset_mapping.txt': { line: /^(?<id>\S+) (?<name>.+)/, form: 'folder name' },
  'categories_places365.txt': { line: /^\/(?<name>\S+) (?<id>\d+)$/, form: '/name number' },
  'cars_meta.mat': readMatNames,
};

interface NameOptions {
  readonly others?: NamesById | undefined;
  readonly notes?: Notes;
}

/**
 * Readable names of classes: from `classes.tsv`, Tiny-ImageNet's `words.txt` and others where the source
 * has one, else the ids themselves. A name two classes share (ImageNet has two cranes) gets the id in
 * brackets.
 *
 * @param around Folders in which such a file is looked for.
 * @param options Names by id that are known from elsewhere, before which a file of the source goes, and
 * what was left out, of which such a file is none.
 */
export async function readClassNames(
  tree: FileTree,
  around: readonly Place[],
  ids: readonly string[],
  { others, notes }: NameOptions,
): Promise<string[]> {
  let names: NamesById = others ?? new Map();
  for (const { folder, prefix } of [...tableFolders(around)].reverse()) {
    for (const [file, how] of Object.entries(NAME_FILES).reverse()) {
      if (!folder.files.has(file)) continue;
      const path = `${prefix}${file}`;
      const [bytes, where] = [await tree.read(path), `${tree.name}: ${path}`];
      names = typeof how === 'function' ? await how(bytes, where) : namesIn(bytes, where, how);
      if (ids.some((id) => names.has(id))) notes?.used(path);
    }
  }
  const readable = ids.map((id) => names.get(id) ?? id);
  const count = new Map<string, number>();
  for (const name of readable) count.set(name, (count.get(name) ?? 0) + 1);
  return readable.map((name, i) => ((count.get(name) ?? 0) > 1 ? `${name} (${ids[i]})` : name));
}

function namesIn(bytes: Uint8Array, where: string, { line, form }: Lines): NamesById {
  const names = new Map<string, string>();
  for (const [i, row] of decodeText(bytes).split(/\r?\n/).entries()) {
    if (row.trim() === '') continue;
    const { id = '', name = '' } = line.exec(row.trimEnd())?.groups ?? {};
    if (id.trim() === '' || name.trim() === '') {
      throw new DatasetError('bad-labels', `${where} line ${i + 1} is not "${form}"`);
    }
    names.set(id.trim().normalize('NFC'), name.trim());
  }
  return names;
}
