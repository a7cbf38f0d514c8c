import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { centralSquare } from '@alexnet/files/image';
import { writeAtomically } from '@alexnet/files/node';
import { encodeNpy } from '@alexnet/files/npy';
import { encodeTarFile, TAR_BLOCK, TAR_END } from '@alexnet/files/tar';
import sharp from 'sharp';
import type { ImageRecord, Split } from '../dataset.js';
import type { RgbImage } from '../decode/decode-image.js';
import { firstLine, UndecodableImageError } from '../errors.js';
import { orderedMap } from './ordered-map.js';
import type { PackRecord, PackShard, PackSplit } from './pack-format.js';

/** How images are stored. */
export interface PackEncoding {
  /** JPEG files, or pixels as NumPy arrays, which need no decoding and eight times the room. */
  readonly format: 'jpeg' | 'raw';
  readonly size: number;
  readonly square: boolean;
  readonly quality: number;
}

/** Names Python's `webdataset` decodes images by. */
const EXTENSION = { jpeg: 'jpg', raw: 'npy' } as const;

/** One shard to be written: which images of `split` in which order. */
export interface ShardPlan {
  readonly file: string;
  readonly split: PackSplit;
  readonly source: Split;
  readonly indices: readonly number[];
  /** Number of the first image in its split; keys count from it. */
  readonly first: number;
}

/**
 * Writes one shard and then the manifest that vouches for it, each under its final name only when
 * whole, so a killed run leaves shards that are done or absent.
 *
 * @param measure Sees every stored image before JPEG, in order.
 */
export async function packShard(
  folder: string,
  plan: ShardPlan,
  encoding: PackEncoding,
  options: {
    readonly parallel: number;
    readonly measure: (image: RgbImage) => void;
    readonly onImage: () => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PackShard> {
  const records: PackRecord[] = [];
  const broken: { id: string; reason: string }[] = [];
  const hash = createHash('sha256');
  let bytes = 0;
  await writeAtomically(join(folder, plan.file), async (handle) => {
    const append = async (chunk: Uint8Array) => {
      hash.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    };
    const prepared = orderedMap(plan.indices, options.parallel, (index) =>
      prepareImage(plan.source, index, encoding),
    );
    let row = 0;
    for await (const result of prepared) {
      options.signal?.throwIfAborted();
      const key = String(plan.first + row++).padStart(9, '0');
      options.onImage();
      if ('reason' in result) {
        broken.push(result);
        continue;
      }
      options.measure(result.image);
      const { id, label } = result.record;
      const { file } = result;
      records.push([id, label, bytes + TAR_BLOCK, file.length, crc32(file)]);
      await append(encodeTarFile(`${key}.${EXTENSION[encoding.format]}`, file));
      await append(encodeTarFile(`${key}.cls`, new TextEncoder().encode(String(label))));
    }
    await append(TAR_END);
  });
  return { file: plan.file, split: plan.split, bytes, sha256: hash.digest('hex'), records, broken };
}

type Prepared =
  | { readonly record: ImageRecord; readonly image: RgbImage; readonly file: Uint8Array }
  | { readonly id: string; readonly reason: string };

async function prepareImage(
  source: Split,
  index: number,
  encoding: PackEncoding,
): Promise<Prepared> {
  const record = source.records[index];
  if (record === undefined) throw new RangeError(`no image ${index}`);
  try {
    const image = await resize(await source.image(index), encoding);
    return { record, image, file: await encode(image, encoding) };
  } catch (error) {
    // What cannot be decoded, resized or encoded is one image less, not the end of a night's work.
    const reason = error instanceof UndecodableImageError ? error.reason : firstLine(error);
    return { id: record.id, reason };
  }
}

async function encode(image: RgbImage, { format, quality }: PackEncoding): Promise<Uint8Array> {
  const { width, height, data } = image;
  if (format === 'raw') return encodeNpy('|u1', [height, width, 3], data);
  // Chroma at half resolution, as cameras and ImageNet itself have it.
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

/** Shorter side to `size` with libvips' triangle filter. */
async function resize(image: RgbImage, { size, square }: PackEncoding): Promise<RgbImage> {
  const { width, height, data } = image;
  const long = Math.floor((size * Math.max(width, height)) / Math.min(width, height));
  const to = width <= height ? { width: size, height: long } : { width: long, height: size };
  let scaled = sharp(data, { raw: { width, height, channels: 3 } });
  if (to.width !== width || to.height !== height) {
    scaled = scaled.resize({ ...to, fit: 'fill', kernel: 'linear' });
  }
  const box = square ? centralSquare(to) : { left: 0, top: 0, ...to };
  const { data: pixels } = await scaled.extract(box).raw().toBuffer({ resolveWithObject: true });
  return { width: box.width, height: box.height, data: pixels };
}

/** True when the shard's bytes are still what its manifest says. */
export async function isIntact(folder: string, shard: PackShard): Promise<boolean> {
  const bytes = await readFile(join(folder, shard.file)).catch(() => null);
  if (bytes === null || bytes.length !== shard.bytes) return false;
  return createHash('sha256').update(bytes).digest('hex') === shard.sha256;
}
