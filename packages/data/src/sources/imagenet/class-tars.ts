import type { ByteSource } from '@alexnet/files';
import { isImageName } from '../../archives/file-kind.js';
import type { FileTree, Place } from '../../archives/folder-tree.js';
import { readTarIndex } from '../../archives/tar-index.js';
import { DatasetError } from '../../errors.js';
import type { LabeledImage } from '../labeled-image.js';

/**
 * Images of a folder with one tar file a class, as the training tar of ImageNet unpacks to.
 *
 * @param tars Their names, sorted.
 */
export async function indexClassTars(
  tree: FileTree,
  { prefix }: Place,
  tars: readonly string[],
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((done: number, total: number, what: string) => void) | undefined;
  } = {},
): Promise<LabeledImage[]> {
  const images: LabeledImage[] = [];
  for (const [i, name] of tars.entries()) {
    const archive = `${prefix}${name}`;
    const className = name.slice(0, -4);
    const { signal } = options;
    const index = await readTarIndex(await treeSource(tree, archive), `${tree.name}: ${archive}`, {
      signal,
    });
    const own = index.entries
      .filter(({ path }) => isImageName(path.slice(path.lastIndexOf('/') + 1)))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    if (own.length === 0)
      throw new DatasetError('no-images', `${tree.name}: ${archive} holds no image`);
    for (const { path, offset, size } of own) {
      const part = { archive, offset, length: size };
      images.push({ path: `${prefix}${className}/${path}`, className, part });
    }
    options.onProgress?.(i + 1, tars.length, 'classes indexed');
  }
  return images;
}

/** A file of a tree as bytes with random access. */
async function treeSource(tree: FileTree, path: string): Promise<ByteSource> {
  return {
    size: await tree.size(path),
    read: (offset, length) => tree.read(path, { offset, length }),
  };
}
