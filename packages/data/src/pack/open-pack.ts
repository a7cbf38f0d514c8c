import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { MeanImage } from '@alexnet/model';
import { createFileReader, type FileReader } from '../archives/file-reader.js';
import type { SourceContents, Split } from '../dataset.js';
import { type DecodeOptions, decodeImage } from '../decode/decode-image.js';
import { DatasetError } from '../errors.js';
import { createEncodedSplit, recordAt, unlessUnreadable } from '../sources/encoded-split.js';
import {
  PACK_INDEX,
  PACK_MEAN_IMAGE,
  type PackIndex,
  type PackSplit,
  parsePackIndex,
} from './pack-format.js';
import { isIntact } from './pack-shard.js';

/**
 * Reads the index of a pack and checks that its shards have the sizes it gives.
 *
 * @throws {DatasetError} naming the shard that is missing, cut short or grown.
 */
export async function readPackIndex(folder: string): Promise<PackIndex> {
  const path = join(folder, PACK_INDEX);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new DatasetError('damaged', `${folder} has no ${PACK_INDEX}; the pack is not finished`);
  });
  const index = parsePackIndex(text, path);
  for (const { file, bytes } of index.shards) {
    const found = await stat(join(folder, file))
      .then(({ size }) => size)
      .catch(() => null);
    if (found === null) throw new DatasetError('damaged', `${folder} lacks shard ${file}`);
    if (found !== bytes) {
      throw new DatasetError(
        'damaged',
        `shard ${join(folder, file)} has ${found} bytes instead of ${bytes}`,
      );
    }
  }
  return index;
}

/** A finished pack as dataset contents; every image's checksum is verified when it is read. */
export async function readPack(folder: string): Promise<SourceContents> {
  const index = await readPackIndex(folder);
  const files = createFileReader();
  const split = (wanted: PackSplit) => toSplit(folder, index, wanted, files.read);
  return {
    close: async () => files.close(),
    name: index.name,
    classNames: index.classNames,
    ...(index.classIds === undefined ? {} : { classIds: index.classIds }),
    train: split('train'),
    validation: split('validation'),
    meanImage: () => readPackMeanImage(folder),
    ...(index.license === undefined ? {} : { license: index.license }),
  };
}

/** The mean image of a pack: `[size, size, 3]` RGB, gray levels 0..255. */
export async function readPackMeanImage(folder: string): Promise<MeanImage> {
  const { size } = await readPackIndex(folder);
  const bytes = Uint8Array.from(await readFile(join(folder, PACK_MEAN_IMAGE)));
  if (bytes.length !== size * size * 3 * 4) {
    throw new DatasetError('damaged', `${join(folder, PACK_MEAN_IMAGE)} has the wrong size`);
  }
  return { height: size, width: size, data: new Float32Array(bytes.buffer) };
}

/**
 * Reads every shard whole and compares checksums.
 *
 * @throws {DatasetError} naming the first shard that was altered.
 */
export async function verifyPack(
  folder: string,
  onProgress?: (done: number, total: number, what: string) => void,
): Promise<void> {
  const { shards } = await readPackIndex(folder);
  for (const [i, shard] of shards.entries()) {
    if (!(await isIntact(folder, shard))) {
      throw new DatasetError(
        'damaged',
        `shard ${join(folder, shard.file)} was altered: its checksum is wrong`,
      );
    }
    onProgress?.(i + 1, shards.length, 'shards verified');
  }
}

function toSplit(
  folder: string,
  index: PackIndex,
  wanted: PackSplit,
  read: FileReader['read'],
): Split {
  const shards = index.shards.filter(({ split }) => split === wanted);
  const places = shards.flatMap(({ file, records }) =>
    records.map((record) => ({ path: join(folder, file), record })),
  );
  const records = places.map(({ record: [id, label] }) => ({ id, label }));
  const load = async (i: number, into?: DecodeOptions['into']) => {
    const place = places[i];
    if (place === undefined) throw new RangeError(`no image ${i}`);
    const [id, , offset, length, checksum] = place.record;
    const bytes = read(place.path, { offset, length }, into);
    if (crc32(bytes) === checksum) return bytes;
    throw new DatasetError(
      'damaged',
      `shard ${place.path} was altered: the checksum of ${id} is wrong`,
    );
  };
  const split = createEncodedSplit(
    records,
    (i) => load(i),
    async (i) => places[i]?.record[3] ?? 0,
  );
  if (index.images !== 'raw') return split;
  return {
    ...split,
    // The file holds the pixels: they are read to where they are wanted.
    image: async (i, options = {}) => {
      const { id } = recordAt(records, i);
      const bytes = await unlessUnreadable(id, () => load(i, options.into));
      return decodeImage(bytes, { id, ...options });
    },
  };
}
