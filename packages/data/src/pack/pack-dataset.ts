import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from '@alexnet/files/node';
import type { Dataset, OpenOptions, Split } from '../dataset.js';
import type { RgbImage } from '../decode/decode-image.js';
import { DatasetError } from '../errors.js';
import { hashText } from '../sources/hash-text.js';
import { digestSizes } from './digest-sizes.js';
import { readPackIndex } from './open-pack.js';
import {
  PACK_INDEX,
  PACK_MEAN_IMAGE,
  PACK_PLAN,
  type PackColors,
  type PackIndex,
  type PackShard,
  type PackSplit,
} from './pack-format.js';
import { isIntact, type PackEncoding, packShard, type ShardPlan } from './pack-shard.js';
import { type PackMeasures, ShardMeasures } from './shard-measures.js';

/** What a pack holds, and how it is made. */
export interface PackOptions extends Pick<OpenOptions, 'signal' | 'onProgress'> {
  /** Shorter side, px; default 256 (paper, section 2). */
  readonly size?: number;
  /** Cut images to their central square; default false. */
  readonly square?: boolean;
  /** How images are stored: as JPEG, or as their pixels, which need no decoding; default `jpeg`. */
  readonly format?: 'jpeg' | 'raw';
  /** JPEG quality; default 90. */
  readonly quality?: number;
  /** Images a shard; default 1,000. */
  readonly perShard?: number;
  /** Decides the order of the training images; default 0. */
  readonly seed?: number;
  /** Share of undecodable images that stops the run; default 0.01. */
  readonly maxBrokenShare?: number;
  /** Images prepared at once; default one more than there are cores. */
  readonly parallel?: number;
}

/** What a run did. */
export interface PackResult {
  /** What was written to `index.json`. */
  readonly index: PackIndex;
  /** Shards found whole from an earlier run. */
  readonly resumed: number;
}

/**
 * Packs a dataset into WebDataset shards (`key.jpg` or `key.npy`, `key.cls`) with an index for random access and
 * the colors and mean image of the training images, measured in the same pass.
 *
 * Can be killed at any time and run again: shards that are whole are kept, after their checksum was
 * verified, the others are made again, and so are those with broken images or of images whose sizes
 * have changed; the result is the same files, byte for byte.
 *
 * @param measures `{ createColorAccumulator, createMeanImageAccumulator }` of `@alexnet/augment`.
 * @throws {DatasetError} when `folder` holds something else, or the finished pack of images of other sizes, more images than `maxBrokenShare` are
 * broken, or the disk is full.
 */
export async function packDataset(
  dataset: Dataset,
  folder: string,
  measures: PackMeasures,
  options: PackOptions = {},
): Promise<PackResult> {
  const { perShard = 1000, seed = 0, size = 256, square = false } = options;
  const { format = 'jpeg', quality = 90 } = options;
  const encoding: PackEncoding = { format, size, square, quality };
  requireWhole('quality', quality, 1, 100);
  requireWhole('size', size, 1, 16_384);
  requireWhole('perShard', perShard, 1, 10_000_000);
  if (dataset.train.records.length === 0) {
    throw new DatasetError(
      'no-images',
      `${dataset.name} has no training images to measure colors of`,
    );
  }
  const plans = [
    ...planShards('train', dataset.train, shuffled(dataset.train, seed), perShard),
    ...planShards(
      'validation',
      dataset.validation,
      [...dataset.validation.records.keys()],
      perShard,
    ),
  ];
  await claimFolder(folder, dataset, { ...encoding, perShard, seed });
  const sizes: string[] = [];
  for (const plan of plans) sizes.push(await digestSizes(plan));
  const finished = await readPackIndex(folder).catch(() => null);
  if (finished !== null) {
    checkSizes(folder, finished, sizes);
    return { index: finished, resumed: finished.shards.length };
  }

  const total = plans.reduce((sum, { indices }) => sum + indices.length, 0);
  const allowed = (options.maxBrokenShare ?? 0.01) * total;
  const overall = new ShardMeasures(measures, size);
  const shards: PackShard[] = [];
  let done = 0;
  let resumed = 0;
  for (const [i, plan] of plans.entries()) {
    options.signal?.throwIfAborted();
    const measured = new ShardMeasures(measures, size);
    const earlier = await readManifest(folder, plan, sizes[i], measured);
    const shard =
      earlier ??
      (await packShard(folder, plan, encoding, {
        parallel: options.parallel ?? availableParallelism() + 1,
        measure: (image: RgbImage) => {
          if (plan.split === 'train') measured.add(image);
        },
        onImage: () => options.onProgress?.(++done, total, 'images packed'),
        signal: options.signal,
      }));
    if (earlier === null) {
      await writeManifest(folder, shard, sizes[i], measured);
    } else {
      resumed++;
      done += plan.indices.length;
      options.onProgress?.(done, total, 'images packed');
    }
    overall.merge(measured);
    shards.push(shard);
    checkBroken(shards, allowed, total);
  }
  const index = await finish(folder, dataset, encoding, overall, shards, sizes);
  return { index, resumed };
}

function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new DatasetError(
    'bad-option',
    `${name} must be a whole number from ${least} to ${most}, not ${value}`,
  );
}

function planShards(
  split: PackSplit,
  source: Split,
  order: readonly number[],
  perShard: number,
): ShardPlan[] {
  return Array.from({ length: Math.ceil(order.length / perShard) }, (_, i) => ({
    file: `${split}-${String(i).padStart(6, '0')}.tar`,
    split,
    source,
    indices: order.slice(i * perShard, (i + 1) * perShard),
    first: i * perShard,
  }));
}

/** Training images are stored in random order, so that reading shards in order mixes the classes. */
function shuffled(split: Split, seed: number): number[] {
  const ranks = split.records.map(({ id }) => hashText(id, seed));
  return [...ranks.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0) || a - b);
}

/** Refuses a folder with anything but the beginnings of this very pack. */
async function claimFolder(folder: string, dataset: Dataset, asked: object): Promise<void> {
  const records = [dataset.train.records, dataset.validation.records];
  const digest = createHash('sha256').update(JSON.stringify(records)).digest('hex');
  const plan = JSON.stringify({ ...asked, name: dataset.name, records: digest });
  const path = join(folder, PACK_PLAN);
  await mkdir(folder, { recursive: true });
  const found = await readFile(path, 'utf8').catch(() => null);
  if (found === plan) return;
  if (found !== null) {
    throw new DatasetError(
      'occupied',
      `${folder} holds a pack of other images or with other options; choose another folder`,
    );
  }
  const others = (await readdir(folder)).filter((name) => !name.endsWith('.tmp'));
  if (others.length > 0) {
    throw new DatasetError(
      'occupied',
      `${folder} is not empty (found ${others[0]}); choose another folder`,
    );
  }
  await writeAtomically(path, plan);
}

/** A finished pack is never changed: others may train on it. */
function checkSizes(folder: string, { sourceSizes }: PackIndex, sizes: readonly string[]): void {
  if (sourceSizes === undefined || sourceSizes.join() === sizes.join()) return;
  throw new DatasetError(
    'occupied',
    `${folder} holds the finished pack of these images as they were before some changed in size; choose another folder`,
  );
}

async function readManifest(
  folder: string,
  plan: ShardPlan,
  sizes: string | undefined,
  measured: ShardMeasures,
): Promise<PackShard | null> {
  const text = await readFile(join(folder, `${plan.file}.json`), 'utf8').catch(() => null);
  if (text === null) return null;
  const { shard, measures, sizes: earlier } = JSON.parse(text);
  // Broken images may have been repaired, to the same size.
  if (earlier !== sizes || shard.broken.length > 0) return null;
  if (!(await isIntact(folder, shard))) return null;
  measured.restore(measures);
  return shard;
}

async function writeManifest(
  folder: string,
  shard: PackShard,
  sizes: string | undefined,
  measured: ShardMeasures,
): Promise<void> {
  const text = JSON.stringify({ shard, sizes, measures: measured.save() });
  await writeAtomically(join(folder, `${shard.file}.json`), text);
}

function checkBroken(shards: readonly PackShard[], allowed: number, total: number): void {
  const broken = shards.flatMap((shard) => shard.broken);
  if (broken.length <= allowed) return;
  const [first] = broken;
  throw new DatasetError(
    'undecodable',
    `${broken.length} of ${total} images cannot be decoded, the first being "${first?.id}" (${first?.reason}); repair them, or allow a larger share`,
  );
}

async function finish(
  folder: string,
  dataset: Dataset,
  { format, size, square }: PackEncoding,
  measured: ShardMeasures,
  shards: readonly PackShard[],
  sizes: readonly string[],
): Promise<PackIndex> {
  const index: PackIndex = {
    format: 'alexnet-pack',
    version: 1,
    name: dataset.name,
    classNames: dataset.classNames,
    classIds: dataset.classIds,
    ...(dataset.license === undefined ? {} : { license: dataset.license }),
    images: format,
    size,
    square,
    colors: measured.colors() satisfies PackColors,
    sourceSizes: sizes,
    shards,
  };
  const mean = measured.meanImage();
  await writeAtomically(
    join(folder, PACK_MEAN_IMAGE),
    new Uint8Array(mean.buffer, mean.byteOffset, mean.byteLength),
  );
  await writeAtomically(join(folder, PACK_INDEX), JSON.stringify(index));
  for (const { file } of shards) await rm(join(folder, `${file}.json`), { force: true });
  return index;
}
