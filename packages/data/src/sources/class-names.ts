import { decodeText } from '@alexnet/files';
import type { FileTree, Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';

/** Files that give classes readable names, `id<TAB>name` a line; Kaggle's has a blank, `id name`. */
const NAME_FILES = ['classes.tsv', 'words.txt', 'LOC_synset_mapping.txt'];

/**
 * Readable names of classes: from `classes.tsv`, Tiny-ImageNet's `words.txt` or Kaggle's
 * `LOC_synset_mapping.txt` where the source has one, else
 * the ids themselves. A name two classes share (ImageNet has two cranes) gets the id in brackets.
 *
 * @param around Folders in which such a file is looked for.
 * @param others Names by id that are known from elsewhere; a file of the source goes before them.
 */
export async function readClassNames(
  tree: FileTree,
  around: readonly Place[],
  ids: readonly string[],
  others: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  let names = others;
  for (const { folder, prefix } of [...around].reverse()) {
    const file = NAME_FILES.find((name) => folder.files.has(name));
    if (file !== undefined) names = await readNames(tree, `${prefix}${file}`);
  }
  const readable = ids.map((id) => names.get(id) ?? id);
  const count = new Map<string, number>();
  for (const name of readable) count.set(name, (count.get(name) ?? 0) + 1);
  return readable.map((name, i) => ((count.get(name) ?? 0) > 1 ? `${name} (${ids[i]})` : name));
}

async function readNames(tree: FileTree, path: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const separator = path.endsWith('LOC_synset_mapping.txt') ? / (.*)/s : /\t/;
  const text = decodeText(await tree.read(path));
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [id, name] = line.split(separator);
    if (id === undefined || name === undefined || name.trim() === '') {
      const at = `${tree.name}: ${path} line ${i + 1}`;
      throw new DatasetError('bad-labels', `${at} is not "folder<TAB>name"`);
    }
    names.set(id.trim().normalize('NFC'), name.trim());
  }
  return names;
}
