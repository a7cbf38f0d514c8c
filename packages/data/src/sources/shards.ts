import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { handleSource } from '@alexnet/files';
import { dataFolders, type FileTree, type Folder } from '../archives/folder-tree.js';
import { readFilePart } from '../archives/read-part.js';
import { readTarIndex } from '../archives/tar-index.js';
import type { ImageRecord, OpenOptions, SourceContents, Split } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { sayAlike } from './alike-classes.js';
import { createEncodedSplit } from './encoded-split.js';
import { holdOut } from './hold-out.js';
import { CLASS_TAR } from './image-folders.js';
import { type Notes, someOf } from './notes.js';
import { isLabelName, isShardLabel, pairSamples, type ShardSample } from './shard-samples.js';
import { readSplitName, type SplitKind } from './split-names.js';

/** A shard: where it is, and what it is called below the source. */
export interface Shard {
  readonly path: string;
  readonly name: string;
}

/** A sample and the shard it lies in. */
interface PlacedSample extends ImageRecord, Pick<ShardSample, 'offset' | 'size'> {
  readonly path: string;
  readonly kind: SplitKind | null;
}

/**
 * The WebDataset shards of a source: a folder of tar files, at its top or in folders of splits, or one
 * tar file with labels at its top; none for anything else.
 */
export function shardsOf(source: string, tree: FileTree): Shard[] {
  if ([...tree.root.files].some(isShardLabel)) {
    return source.endsWith('.tar')
      ? [{ path: source, name: source.slice(source.lastIndexOf('/') + 1) }]
      : [];
  }
  const found: Shard[] = [];
  const walk = (folder: Folder, prefix: string, depth: number): boolean => {
    const tars = [...folder.files].filter((name) => /\.tar$/.test(name)).sort();
    if (tars.some((name) => CLASS_TAR.test(name))) return false;
    for (const name of tars)
      found.push({ path: join(source, prefix, name), name: `${prefix}${name}` });
    const folders = dataFolders(folder);
    if (depth === 0 && tars.length > 0) return folders.length === 0;
    return folders.every((name) => {
      const below = folder.folders.get(name);
      return (
        depth < 2 &&
        below !== undefined &&
        readSplitName(name) !== null &&
        walk(below, `${prefix}${name}/`, depth + 1)
      );
    });
  };
  return walk(tree.root, '', 0) ? found : [];
}

/**
 * WebDataset shards of images with labels (see `pairSamples`). Shards named or put into folders like
 * splits make the splits; without a validation shard, images are held out. Classes that are numbers
 * have no names in this format, so they are called by them, unless samples give both.
 *
 * @throws {DatasetError} when a shard is damaged, or images lack labels.
 */
export async function readShards(
  source: string,
  shards: readonly Shard[],
  options: OpenOptions,
  notes: Notes,
): Promise<SourceContents> {
  const read: (ShardSample & { readonly shard: Shard })[] = [];
  for (const [i, shard] of shards.entries()) {
    read.push(...(await readShard(shard, options, notes)).map((sample) => ({ ...sample, shard })));
    options.onProgress?.(i + 1, shards.length, 'shards indexed');
  }
  const areNumbers = read.every(({ label }) => NUMBER.test(label));
  // `007` is 7.
  const found = areNumbers
    ? read.map((sample) => ({ ...sample, label: String(Number(sample.label)) }))
    : read;
  const values = new Set(found.map(({ label }) => label));
  if (values.size < 2) {
    throw new DatasetError(
      'no-classes',
      `${shards[0]?.path}: ${found.length === 0 ? 'no images' : 'one class only'} in ${shards.length} shards`,
    );
  }
  if (values.size > 1000 && values.size > found.length / 2) {
    throw new DatasetError(
      'bad-labels',
      `${shards[0]?.path}: ${values.size} different labels for ${found.length} images: these are no classes`,
    );
  }
  const classIds = orderClasses(values);
  const missing = classIds.filter((id) => !values.has(id));
  if (missing.length > 1000 && missing.length > 10 * values.size) {
    throw new DatasetError(
      'bad-labels',
      `${shards[0]?.path}: labels count up to ${classIds.length - 1}, but only ${values.size} of these numbers occur; number the classes from 0, or give their names as labels`,
    );
  }
  if (missing.length > 0) {
    const what = `${missing.length} of ${classIds.length} class numbers`;
    notes.say('missing-class', missing.length, `${what} have no image: ${someOf(missing)}`);
  }
  sayAlike([...values].sort(), notes);
  const labelOf = new Map(classIds.map((name, label) => [name, label]));
  const samples = found.map(
    ({ shard, key, label, offset, size }): PlacedSample => ({
      id: `${shard.name}/${key}`,
      label: labelOf.get(label) as number,
      path: shard.path,
      kind: kindOf(shard.name),
      offset,
      size,
    }),
  );
  const contents = { classIds, classNames: namesOf(classIds, found) };
  const ofKind = (kind: SplitKind) => samples.filter((sample) => sample.kind === kind);
  const [validation, test] = [ofKind('validation'), ofKind('test')];
  const held = validation.length > 0 ? validation : test;
  if (held.length > 0) {
    const train = samples.filter(({ kind }) => kind !== 'validation' && kind !== 'test');
    return {
      ...contents,
      train: toSplit(train),
      validation: toSplit(held),
      ...(validation.length > 0 && test.length > 0 ? { test: toSplit(test) } : {}),
      validationFrom: 'source',
    };
  }
  const parts = holdOut(samples, options, source);
  return {
    ...contents,
    train: toSplit(parts.train),
    validation: toSplit(parts.validation),
    validationFrom: 'held-out',
  };
}

const NUMBER = /^\d{1,6}$/;

/** Numbers count from 0 and may leave some out; names are sorted. */
function orderClasses(values: ReadonlySet<string>): string[] {
  if (![...values].every((value) => NUMBER.test(value))) return [...values].sort();
  const most = Math.max(...[...values].map(Number));
  return Array.from({ length: most + 1 }, (_, label) => String(label));
}

function namesOf(classIds: readonly string[], samples: readonly ShardSample[]): string[] {
  const names = new Map<string, string>();
  for (const { label, className } of samples) {
    if (className !== undefined) names.set(label, className);
  }
  const readable = classIds.map((id) => names.get(id) ?? id);
  return new Set(readable).size === readable.length ? readable : [...classIds];
}

/** By the folder a shard lies in, else by a word of its name. */
function kindOf(name: string): SplitKind | null {
  const parts = name.replace(/\.tar$/, '').split('/');
  for (const part of parts.reverse()) {
    const kind = readSplitName(part)?.kind;
    if (kind !== undefined) return kind;
  }
  return null;
}

async function readShard(
  { path }: Shard,
  options: OpenOptions,
  notes: Notes,
): Promise<ShardSample[]> {
  const handle = await open(path, 'r');
  try {
    const source = handleSource(handle, (await handle.stat()).size);
    const { signal } = options;
    const index = await readTarIndex(source, path, { signal, keep: isLabelName });
    return pairSamples(index, path, notes);
  } finally {
    await handle.close();
  }
}

function toSplit(samples: readonly PlacedSample[]): Split {
  const records: ImageRecord[] = samples.map(({ id, label }) => ({ id, label }));
  return createEncodedSplit(
    records,
    async (index) => {
      const { path = '', offset = 0, size = 0 } = samples[index] ?? {};
      return readFilePart(path, { offset, length: size });
    },
    async (index) => samples[index]?.size ?? 0,
  );
}
