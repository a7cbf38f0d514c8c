import type { FileTree, Folder } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';

/** Files that give class folders readable names, one `folder<TAB>name` a line. */
const NAME_FILES = ['classes.tsv', 'words.txt'];

/**
 * Readable names for class folders: from `classes.tsv` or Tiny-ImageNet's `words.txt` where the
 * source has one, else the folder's own name. A name two classes share (ImageNet has two cranes)
 * gets the folder's name in brackets.
 *
 * @param others Names by folder that are known from elsewhere; a file of the source goes before them.
 */
export async function readClassNames(
  tree: FileTree,
  root: Folder,
  prefix: string,
  folders: readonly string[],
  others: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  const file = NAME_FILES.find((name) => root.files.has(name));
  const names = file === undefined ? others : await readNames(tree, `${prefix}${file}`);
  const readable = folders.map((folder) => names.get(folder) ?? folder);
  const count = new Map<string, number>();
  for (const name of readable) count.set(name, (count.get(name) ?? 0) + 1);
  return readable.map((name, i) => ((count.get(name) ?? 0) > 1 ? `${name} (${folders[i]})` : name));
}

async function readNames(tree: FileTree, path: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const [i, line] of new TextDecoder()
    .decode(await tree.read(path))
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const [folder, name] = line.split('\t');
    if (folder === undefined || name === undefined || name.trim() === '') {
      const at = `${tree.name}: ${path} line ${i + 1}`;
      throw new DatasetError(`${at} is not "folder<TAB>name"`);
    }
    names.set(folder.trim(), name.trim());
  }
  return names;
}
