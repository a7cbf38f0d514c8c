import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, handleSource, sliceSource } from '@alexnet/files';
import { type FileTree, isImageName } from '../../archives/folder-tree.js';
import { readPart } from '../../archives/read-part.js';
import { readTarIndex } from '../../archives/tar-index.js';
import type { ImageRecord, OpenOptions, SourceContents, Split } from '../../dataset.js';
import { DatasetError } from '../../errors.js';
import { readClassNames } from '../class-names.js';
import { createEncodedSplit } from '../encoded-split.js';
import { DEFAULT_VALIDATION_SHARE, splitBySeed } from '../split-by-seed.js';
import { type DevelopmentKit, readDevelopmentKit } from './imagenet-devkit.js';
import { readImageNetValidationLabels } from './imagenet-labels.js';

const TRAIN = 'ILSVRC2012_img_train.tar';
const VALIDATION = 'ILSVRC2012_img_val.tar';

/** An image inside one of the two tar files. */
interface PlacedRecord extends ImageRecord {
  readonly handle: FileHandle;
  readonly offset: number;
  readonly size: number;
}

export function isImageNetFolder(tree: FileTree): boolean {
  return tree.root.files.has(TRAIN);
}

/**
 * The ImageNet 2012 distribution as downloaded: `ILSVRC2012_img_train.tar`, a tar of one tar a class,
 * and `ILSVRC2012_img_val.tar`. Only headers are read; nothing is unpacked. Labels follow the sorted
 * class names (wnids), as everywhere today; readable names come from the development kit. Without the validation tar, images are held out by seed.
 *
 * @param folder Path of the folder `tree` reads.
 * @throws {DatasetError} when a tar is damaged or the validation labels are missing or do not fit.
 */
export async function openImageNet(
  folder: string,
  tree: FileTree,
  options: OpenOptions,
): Promise<SourceContents & { close(): Promise<void> }> {
  const handles: FileHandle[] = [];
  const close = async () => {
    for (const handle of handles.splice(0)) await handle.close();
  };
  try {
    const trainHandle = await open(join(folder, TRAIN), 'r');
    handles.push(trainHandle);
    const { wnids, perClass } = await readTrain(trainHandle, options);
    const kit = await readDevelopmentKit(folder, tree, options);
    const classNames = await readClassNames(tree, tree.root, '', wnids, kit?.names);
    if (!tree.root.files.has(VALIDATION)) {
      return { classNames, ...divide(perClass, options), close };
    }
    const validationHandle = await open(join(folder, VALIDATION), 'r');
    handles.push(validationHandle);
    const validation = await readValidation(validationHandle, tree, wnids, kit, options);
    return {
      classNames,
      train: toSplit(perClass.flat()),
      validation: toSplit(validation),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readTrain(
  handle: FileHandle,
  options: OpenOptions,
): Promise<{ wnids: string[]; perClass: PlacedRecord[][] }> {
  const { signal } = options;
  const source = await sourceOf(handle);
  const outer = await readTarIndex(source, TRAIN, { signal });
  const classTars = outer.entries
    .filter(({ path }) => path.endsWith('.tar'))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (classTars.length < 2) {
    throw new DatasetError(
      `${TRAIN} holds ${classTars.length} class tars; it should hold one a class`,
    );
  }
  const perClass: PlacedRecord[][] = [];
  for (const [label, { path, offset, size }] of classTars.entries()) {
    const inner = await readTarIndex(sliceSource(source, offset, size), `${TRAIN}: ${path}`, {
      signal,
    });
    const records = inner.entries
      .filter((entry) => isImageName(entry.path))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((entry) => ({
        id: `${path.slice(0, -4)}/${entry.path}`,
        label,
        handle,
        offset: offset + entry.offset,
        size: entry.size,
      }));
    if (records.length === 0) throw new DatasetError(`${TRAIN}: ${path} holds no image`);
    perClass.push(records);
    options.onProgress?.(label + 1, classTars.length, 'classes indexed');
  }
  return { wnids: classTars.map(({ path }) => path.slice(0, -4)), perClass };
}

async function readValidation(
  handle: FileHandle,
  tree: FileTree,
  wnids: readonly string[],
  kit: DevelopmentKit | null,
  options: OpenOptions,
): Promise<PlacedRecord[]> {
  const index = await readTarIndex(await sourceOf(handle), VALIDATION, { signal: options.signal });
  const images = index.entries
    .filter(({ path }) => isImageName(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const names = images.map(({ path }) => path);
  const labels = await readImageNetValidationLabels(tree, wnids, names, kit);
  return images.map((entry, i) => ({ ...entry, id: entry.path, label: labels[i] ?? 0, handle }));
}

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  return handleSource(handle, (await handle.stat()).size);
}

function divide(
  perClass: readonly (readonly PlacedRecord[])[],
  options: OpenOptions,
): { train: Split; validation: Split } {
  const { seed = 0, validationShare = DEFAULT_VALIDATION_SHARE } = options;
  const held = new Set(
    perClass.flatMap((records) => {
      const ids = records.map(({ id }) => id);
      return splitBySeed(ids, validationShare, seed).validation;
    }),
  );
  const records = perClass.flat();
  return {
    train: toSplit(records.filter(({ id }) => !held.has(id))),
    validation: toSplit(records.filter(({ id }) => held.has(id))),
  };
}

function toSplit(placed: readonly PlacedRecord[]): Split {
  const records = placed.map(({ id, label }) => ({ id, label }));
  return createEncodedSplit(records, async (id, index) => {
    const record = placed[index];
    if (record === undefined) throw new RangeError(`no image ${id}`);
    return readPart(record.handle, { offset: record.offset, length: record.size });
  });
}
