import { type FileTree, type Folder, innermostFolder } from '../archives/folder-tree.js';
import type { ImageRecord, SourceContents, Split } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { createPixelSplit } from './pixel-split.js';

/** Images are 32 × 32, stored as a red, a green and a blue plane. */
const SIDE = 32;
const PLANE = SIDE * SIDE;

/** One of the two binary versions of https://www.cs.toronto.edu/~kriz/cifar.html. */
interface CifarLayout {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** One class name a line, in label order. */
  readonly names: string;
  /** Label bytes before the pixels; the last one counts (CIFAR-100 has the coarse label first). */
  readonly labelBytes: number;
}

const LAYOUTS: readonly CifarLayout[] = [
  {
    train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
    test: ['test_batch.bin'],
    names: 'batches.meta.txt',
    labelBytes: 1,
  },
  { train: ['train.bin'], test: ['test.bin'], names: 'fine_label_names.txt', labelBytes: 2 },
];

/**
 * CIFAR-10 or CIFAR-100 in its binary version, unpacked or as the distributed tar; `null` when the
 * source is neither.
 *
 * @throws {DatasetError} when a file is missing, does not hold whole records, or holds a label
 * without a name.
 */
export async function readCifar(tree: FileTree): Promise<SourceContents | null> {
  const { root, prefix } = innermostFolder(tree.root);
  const layout = LAYOUTS.find(({ train, names }) => hasAny(root, train) && root.files.has(names));
  if (layout === undefined) return null;
  const text = new TextDecoder().decode(await tree.read(`${prefix}${layout.names}`));
  const classNames = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const split = (files: readonly string[]) =>
    readSplit(tree, root, prefix, files, layout.labelBytes, classNames.length);
  return { classNames, train: await split(layout.train), validation: await split(layout.test) };
}

function hasAny(folder: Folder, files: readonly string[]): boolean {
  return files.some((file) => folder.files.has(file));
}

async function readSplit(
  tree: FileTree,
  root: Folder,
  prefix: string,
  files: readonly string[],
  labelBytes: number,
  classes: number,
): Promise<Split> {
  const recordBytes = labelBytes + 3 * PLANE;
  const records: ImageRecord[] = [];
  const places: { readonly path: string; readonly offset: number }[] = [];
  for (const file of files) {
    const path = `${prefix}${file}`;
    if (!root.files.has(file)) throw new DatasetError(`${tree.name} lacks ${path}`);
    const size = await tree.size(path);
    if (size === 0 || size % recordBytes !== 0) {
      throw new DatasetError(
        `${tree.name}: ${path} has ${size} bytes, not a multiple of ${recordBytes}; it is cut short`,
      );
    }
    const bytes = await tree.read(path);
    for (let row = 0; row < size / recordBytes; row++) {
      const label = bytes[row * recordBytes + labelBytes - 1] ?? 0;
      const id = `${path}#${row}`;
      if (label >= classes) throw new DatasetError(`${tree.name}: ${id} has no class ${label}`);
      records.push({ id, label });
      places.push({ path, offset: row * recordBytes + labelBytes });
    }
  }
  return createPixelSplit(records, async (index) => {
    const { path = '', offset = 0 } = places[index] ?? {};
    const planes = await tree.read(path, { offset, length: 3 * PLANE });
    return { width: SIDE, height: SIDE, data: interleave(planes) };
  });
}

function interleave(planes: Uint8Array): Uint8Array {
  const data = new Uint8Array(planes.length);
  for (let i = 0; i < data.length; i++) data[i] = planes[(i % 3) * PLANE + Math.floor(i / 3)] ?? 0;
  return data;
}
