import type { FileTree, Place } from '../archives/folder-tree.js';
import { DatasetError } from '../errors.js';
import type { LabeledPath } from './labeled-image.js';

const ANNOTATIONS = 'val_annotations.txt';

/**
 * Validation images of Tiny-ImageNet as it is distributed: one folder `images/` and
 * `val_annotations.txt` with `file<TAB>class folder<TAB>box` a line.
 *
 * @returns `null` when the folder has no such file, or no `images/` any more: then they were sorted into
 * class folders.
 * @throws {DatasetError} when a line names a missing image.
 */
export async function readTinyImageNetList(
  tree: FileTree,
  { folder, prefix }: Place,
): Promise<LabeledPath[] | null> {
  const images = folder.folders.get('images');
  if (!folder.files.has(ANNOTATIONS) || images === undefined) return null;
  const text = new TextDecoder().decode(await tree.read(`${prefix}${ANNOTATIONS}`));
  const labeled: LabeledPath[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [file = '', className = ''] = line.split('\t');
    if (!images.files.has(file)) {
      throw new DatasetError(
        'bad-labels',
        `${tree.name}: ${prefix}${ANNOTATIONS} line ${i + 1} names a missing image "${file}"`,
      );
    }
    labeled.push({ path: `${prefix}images/${file}`, className });
  }
  return labeled;
}
