import { latin1 } from '@alexnet/files';
import {
  arrayBytes,
  arrayState,
  asItems,
  asText,
  PickleDict,
  PickleObject,
  type PickleValue,
  runPickle,
} from '@alexnet/files/pickle';
import { type FileTree, innermostFolder, type Place } from '../archives/folder-tree.js';
import type { ImageRecord, SourceContents, Split } from '../dataset.js';
import { DatasetError, firstLine } from '../errors.js';
import { createPixelSplit } from './pixel-split.js';

/** Images are 32 × 32, stored as a red, a green and a blue plane. */
const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE_BYTES = 3 * PLANE;

/** One of the versions of https://www.cs.toronto.edu/~kriz/cifar.html. */
interface CifarLayout {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Class names in label order: one a line, or a list in a pickle. */
  readonly names: string;
  /** How a batch stores labels: so many bytes before the pixels, of which the last counts, or a key. */
  readonly labels: number | string;
  /** Key of the names, in a pickle. */
  readonly namesKey?: string;
}

const batches = (ending: string) => [1, 2, 3, 4, 5].map((n) => `data_batch_${n}${ending}`);

const LAYOUTS: readonly CifarLayout[] = [
  { train: batches('.bin'), test: ['test_batch.bin'], names: 'batches.meta.txt', labels: 1 },
  // The coarse label comes first.
  { train: ['train.bin'], test: ['test.bin'], names: 'fine_label_names.txt', labels: 2 },
  {
    train: batches(''),
    test: ['test_batch'],
    names: 'batches.meta',
    labels: 'labels',
    namesKey: 'label_names',
  },
  {
    train: ['train'],
    test: ['test'],
    names: 'meta',
    labels: 'fine_labels',
    namesKey: 'fine_label_names',
  },
];

/** Where an image lies: in the file, or in memory once a pickle is read. */
interface CifarImages {
  readonly labels: ArrayLike<number>;
  read(row: number): Promise<Uint8Array>;
}

/**
 * CIFAR-10 or CIFAR-100 in its binary or its Python version, unpacked or as the distributed tar; `null`
 * when the source is neither. Pickles are read as data; nothing in them is executed.
 *
 * @throws {DatasetError} when a file is missing, does not hold whole records, or holds a label
 * without a name.
 */
export async function readCifar(tree: FileTree): Promise<SourceContents | null> {
  const place = innermostFolder(tree.root);
  const { files } = place.folder;
  const layout = LAYOUTS.find(
    ({ train, names }) => train.some((file) => files.has(file)) && files.has(names),
  );
  if (layout === undefined) return null;
  const classNames = await readNames(tree, place, layout);
  const split = (names: readonly string[]) =>
    readSplit(tree, place, names, layout, classNames.length);
  return { classNames, train: await split(layout.train), validation: await split(layout.test) };
}

async function readNames(
  tree: FileTree,
  { prefix }: Place,
  { names, namesKey }: CifarLayout,
): Promise<string[]> {
  const bytes = await tree.read(`${prefix}${names}`);
  if (namesKey === undefined) {
    const text = new TextDecoder().decode(bytes);
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
  }
  const where = `${tree.name}: ${prefix}${names}`;
  return reading(where, () => asItems(dictOf(bytes).get(namesKey), namesKey).map(textOf));
}

async function readSplit(
  tree: FileTree,
  { folder, prefix }: Place,
  files: readonly string[],
  layout: CifarLayout,
  classes: number,
): Promise<Split> {
  const records: ImageRecord[] = [];
  const places: { readonly images: CifarImages; readonly row: number }[] = [];
  for (const file of files) {
    const path = `${prefix}${file}`;
    if (!folder.files.has(file)) throw new DatasetError('not-found', `${tree.name} lacks ${path}`);
    const images = await readImages(tree, path, layout.labels);
    for (const [row, label] of Array.from(images.labels).entries()) {
      const id = `${file}#${row}`;
      if (label >= classes)
        throw new DatasetError('bad-labels', `${tree.name}: ${id} has no class ${label}`);
      records.push({ id, label });
      places.push({ images, row });
    }
  }
  return createPixelSplit(records, async (index) => {
    const { images, row } = places[index] as (typeof places)[number];
    return { width: SIDE, height: SIDE, data: interleave(await images.read(row)) };
  });
}

async function readImages(
  tree: FileTree,
  path: string,
  labels: number | string,
): Promise<CifarImages> {
  const bytes = await tree.read(path);
  if (typeof labels === 'string') {
    return reading(`${tree.name}: ${path}`, () => readPickledBatch(bytes, labels));
  }
  const recordBytes = labels + IMAGE_BYTES;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
    throw new DatasetError(
      'damaged',
      `${tree.name}: ${path} has ${bytes.length} bytes, not a multiple of ${recordBytes}; it is cut short`,
    );
  }
  const count = bytes.length / recordBytes;
  return {
    labels: Uint8Array.from(
      { length: count },
      (_, row) => bytes[row * recordBytes + labels - 1] ?? 0,
    ),
    read: (row) => tree.read(path, { offset: row * recordBytes + labels, length: IMAGE_BYTES }),
  };
}

/** `{'data': uint8 [images, 3072], 'labels': […]}`; the pixels stay in memory, as pickles have no index. */
function readPickledBatch(bytes: Uint8Array, key: string): CifarImages {
  const batch = dictOf(bytes);
  const data = arrayState(batch.get('data') ?? null);
  const labels = asItems(batch.get(key), key).map(Number);
  const pixels = data && arrayBytes(data.data);
  if (data === null || pixels === null || pixels.length !== labels.length * IMAGE_BYTES) {
    throw new Error(`its data are not [${labels.length}, ${IMAGE_BYTES}] bytes`);
  }
  const shape = data.shape.slice(1).join(' × ');
  if (data.fortranOrder || !['3072', '3 × 32 × 32'].includes(shape)) {
    throw new Error('its data are not a red, a green and a blue plane an image, row by row');
  }
  if (!labels.every((label) => Number.isInteger(label) && label >= 0)) {
    throw new Error(`its ${key} are not whole numbers`);
  }
  return {
    labels,
    read: async (row) => pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES),
  };
}

function dictOf(bytes: Uint8Array): ReadonlyMap<string, PickleValue> {
  const { value } = runPickle(bytes);
  if (!(value instanceof PickleDict)) throw new Error('it is no dictionary');
  return new Map([...value.entries].map(([key, entry]) => [textOf(key), entry]));
}

/** Text, or the bytes that Python 2 and those who saved it again left of it. */
function textOf(value: PickleValue): string {
  return value instanceof PickleObject ? latin1(arrayBytes(value)) : asText(value, 'a name');
}

function reading<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new DatasetError('damaged', `${where} is no file of CIFAR: ${firstLine(error)}`, {
      cause: error,
    });
  }
}

function interleave(planes: Uint8Array): Uint8Array {
  const data = new Uint8Array(planes.length);
  for (let i = 0; i < data.length; i++) data[i] = planes[(i % 3) * PLANE + Math.floor(i / 3)] ?? 0;
  return data;
}
