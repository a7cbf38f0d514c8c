import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { handleSource } from '@alexnet/files';
import { readFilePart } from '../archives/read-part.js';
import { readTarIndex } from '../archives/tar-index.js';
import type { ImageRecord, OpenOptions, SourceContents, Split } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { createEncodedSplit } from './encoded-split.js';
import { isLabelName, pairSamples, type ShardSample } from './shard-samples.js';
import { DEFAULT_VALIDATION_SHARE, splitBySeed } from './split-by-seed.js';

/** A sample and the shard it lies in. */
interface PlacedSample extends ShardSample {
  readonly path: string;
  readonly id: string;
}

/**
 * WebDataset shards of images with `.cls` labels. Shards with "train" and "val" (or "test") in
 * their names make the splits; without a validation shard, images are held out by seed. Classes
 * have no names in this format, so they are called by their numbers.
 *
 * @param paths Tar files, in order.
 * @throws {DatasetError} when a shard is damaged, or images lack labels.
 */
export async function readShards(
  paths: readonly string[],
  options: OpenOptions,
): Promise<SourceContents> {
  const perShard: PlacedSample[][] = [];
  for (const path of paths) {
    perShard.push(await readShard(path, options));
    options.onProgress?.(perShard.length, paths.length, 'shards indexed');
  }
  const isHeldOut = (path: string) =>
    /(^|[^a-z])(val|valid|validation|test)([^a-z]|$)/i.test(basename(path));
  const samples = perShard.flat();
  const labels = new Set(samples.map(({ label }) => label));
  if (labels.size < 2) {
    throw new DatasetError(
      `${paths[0]}: ${samples.length === 0 ? 'no images' : 'one class only'} in ${paths.length} shards`,
    );
  }
  const classes = Math.max(...labels) + 1;
  const classNames = Array.from({ length: classes }, (_, label) => String(label));
  const held = samples.filter(({ path }) => isHeldOut(path));
  if (held.length > 0) {
    const train = samples.filter(({ path }) => !isHeldOut(path));
    return { classNames, train: toSplit(train), validation: toSplit(held) };
  }
  const { seed = 0, validationShare = DEFAULT_VALIDATION_SHARE } = options;
  const heldIds = new Set(
    [...labels].flatMap((label) => {
      const ids = samples.filter((sample) => sample.label === label).map(({ id }) => id);
      return splitBySeed(ids, validationShare, seed).validation;
    }),
  );
  return {
    classNames,
    train: toSplit(samples.filter(({ id }) => !heldIds.has(id))),
    validation: toSplit(samples.filter(({ id }) => heldIds.has(id))),
  };
}

async function readShard(path: string, options: OpenOptions): Promise<PlacedSample[]> {
  const handle = await open(path, 'r');
  try {
    const index = await readTarIndex(handleSource(handle, (await handle.stat()).size), path, {
      signal: options.signal,
      keep: isLabelName,
    });
    const samples = pairSamples(index, path);
    return samples.map((sample) => ({ ...sample, path, id: `${basename(path)}/${sample.key}` }));
  } finally {
    await handle.close();
  }
}

function toSplit(samples: readonly PlacedSample[]): Split {
  const records: ImageRecord[] = samples.map(({ id, label }) => ({ id, label }));
  return createEncodedSplit(records, async (_, index) => {
    const { path = '', offset = 0, size = 0 } = samples[index] ?? {};
    return readFilePart(path, { offset, length: size });
  });
}
