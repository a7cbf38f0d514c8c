import type { FileTree, Folder } from '../archives/folder-tree.js';
import type { ImageRecord } from '../dataset.js';
import { DatasetError } from '../errors.js';

const ANNOTATIONS = 'val_annotations.txt';

/**
 * Validation records of Tiny-ImageNet as it is distributed: one folder `images/` and
 * `val_annotations.txt` with `file<TAB>class folder<TAB>box` a line.
 *
 * @returns `null` when the folder has no such file.
 * @throws {DatasetError} when a line names an unknown class or a missing image.
 */
export async function readTinyImageNetValidation(
  tree: FileTree,
  folder: Folder,
  prefix: string,
  classFolders: readonly string[],
): Promise<ImageRecord[] | null> {
  if (!folder.files.has(ANNOTATIONS)) return null;
  const labels = new Map(classFolders.map((name, label) => [name, label]));
  const images = folder.folders.get('images');
  const text = new TextDecoder().decode(await tree.read(`${prefix}${ANNOTATIONS}`));
  const records: ImageRecord[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [file = '', name = ''] = line.split('\t');
    const label = labels.get(name);
    if (label === undefined || images?.files.has(file) !== true) {
      const what = label === undefined ? `an unknown class "${name}"` : `a missing image "${file}"`;
      throw new DatasetError(`${tree.name}: ${prefix}${ANNOTATIONS} line ${i + 1} names ${what}`);
    }
    records.push({ id: `${prefix}images/${file}`, label });
  }
  return records;
}
