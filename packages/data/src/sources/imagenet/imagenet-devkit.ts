import { stat } from 'node:fs/promises';
import { type MatValue, matNumbers, readMat } from '@alexnet/files/mat';
import type { FileTree, Place } from '../../archives/folder-tree.js';
import { gunzipToCache } from '../../archives/gunzip-cache.js';
import { openTarTree } from '../../archives/tar-tree.js';
import type { OpenOptions } from '../../dataset.js';
import { DatasetError, firstLine } from '../../errors.js';

const ARCHIVE = 'ILSVRC2012_devkit_t12.tar.gz';
/** The kit, in the archive and once unpacked, and where it keeps its data. */
const KIT = 'ILSVRC2012_devkit_t12';
const DATA = 'data';
const META = 'meta.mat';
/** One number a line, 1 … classes, for the validation images in order of their names. */
export const GROUND_TRUTH = 'ILSVRC2012_validation_ground_truth.txt';

/** What ImageNet's development kit says about classes. */
export interface DevelopmentKit {
  /** wnids in the order of `ILSVRC2012_ID`, which the ground truth counts from 1. */
  readonly order: readonly string[];
  /** Readable names by wnid. */
  readonly names: ReadonlyMap<string, string>;
  /** Text of the ground truth, where the kit holds it. */
  readonly groundTruth: string | null;
}

/**
 * Reads the development kit of ImageNet 2012 in a folder: the archive as downloaded, the folder it
 * unpacks to, or its `meta.mat` alone.
 *
 * @returns `null` when there is none.
 * @throws {DatasetError} when `meta.mat` is damaged or lacks the classes.
 */
export async function readKit(
  tree: FileTree,
  { folder, prefix }: Place,
  options: Pick<OpenOptions, 'cacheDir' | 'signal' | 'onProgress'> = {},
): Promise<DevelopmentKit | null> {
  if (folder.files.has(ARCHIVE)) {
    // Beside images on disk; an archive in an archive is not looked into.
    const path = `${tree.name}/${prefix}${ARCHIVE}`;
    const isOnDisk = await stat(path).then(
      () => true,
      () => false,
    );
    if (isOnDisk) {
      const archive = await openTarTree(await gunzipToCache(path, options), path);
      try {
        return await readFiles(archive, { folder: archive.root, prefix: '' });
      } finally {
        await archive.close();
      }
    }
  }
  return readFiles(tree, { folder, prefix });
}

async function readFiles(
  tree: FileTree,
  { folder, prefix }: Place,
): Promise<DevelopmentKit | null> {
  const inKit = folder.folders.get(KIT)?.folders.get(DATA)?.files;
  const [files, inside] = inKit?.has(META)
    ? [inKit, `${prefix}${KIT}/${DATA}/`]
    : [folder.files, prefix];
  if (!files.has(META)) return null;
  const meta = await tree.read(`${inside}${META}`);
  const truth = files.has(GROUND_TRUTH) ? await tree.read(`${inside}${GROUND_TRUTH}`) : null;
  return {
    ...(await readMeta(meta, `${tree.name}: ${inside}${META}`)),
    groundTruth: truth && new TextDecoder().decode(truth),
  };
}

async function readMeta(
  bytes: Uint8Array,
  where: string,
): Promise<Pick<DevelopmentKit, 'order' | 'names'>> {
  const order: string[] = [];
  const names = new Map<string, string>();
  const fail = (what: string) =>
    new DatasetError('damaged', `${where} is not the class list of ImageNet 2012: ${what}`);
  const variables = await readMat(bytes).catch((error) => {
    throw fail(firstLine(error));
  });
  const synsets = variables.get('synsets');
  if (synsets?.kind !== 'struct') throw fail('no struct array "synsets"');
  // Inner nodes of the hierarchy follow the classes and have the numbers after them.
  for (const [i, row] of synsets.rows.entries()) {
    const [id] = matNumbers(row.get('ILSVRC2012_ID'));
    const [wnid, words] = ['WNID', 'words'].map((key) => textOf(row.get(key)));
    if (!/^n\d+$/.test(wnid ?? '') || !Number.isInteger(id)) {
      throw fail(`row ${i + 1} has no ILSVRC2012_ID and WNID`);
    }
    const place = Number(id) - 1;
    if (place < 0 || place >= synsets.rows.length || order[place] !== undefined) {
      throw fail(`row ${i + 1} has ILSVRC2012_ID ${id}`);
    }
    order[place] = wnid ?? '';
    if (words?.trim()) names.set(wnid ?? '', words.trim());
  }
  return { order, names };
}

function textOf(value: MatValue | undefined): string | undefined {
  return value?.kind === 'char' ? value.text : undefined;
}
