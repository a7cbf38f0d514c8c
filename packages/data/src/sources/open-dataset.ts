import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { openDiskTree } from '../archives/disk-tree.js';
import type { FileTree } from '../archives/folder-tree.js';
import { gunzipToCache } from '../archives/gunzip-cache.js';
import { openTarTree } from '../archives/tar-tree.js';
import { openZipTree } from '../archives/zip-tree.js';
import type { Dataset, OpenOptions, SourceContents } from '../dataset.js';
import { fetchSet } from '../download/fetch-set.js';
import { KNOWN_SETS, type KnownSet } from '../download/known-sets.js';
import { DatasetError } from '../errors.js';
import { readPack } from '../pack/open-pack.js';
import { PACK_INDEX, PACK_PLAN } from '../pack/pack-format.js';
import { readCifar } from './cifar.js';
import { layOutClasses } from './class-layout.js';
import { openEmoji } from './emoji/emoji-dataset.js';
import { isImageNetFolder, openImageNet } from './imagenet/imagenet.js';
import { Notes } from './notes.js';
import { readShards, shardsOf } from './shards.js';
import { unreadKind, WRITE_IMAGES } from './unread-kinds.js';

/**
 * Opens an image set.
 *
 * @param source One of
 * - a folder, `.tar`, `.tar.gz` or `.zip` of class folders, with or without folders of splits, or of
 *   images and a table of labels;
 * - CIFAR-10 or CIFAR-100 in the binary or the Python version, unpacked or as distributed;
 * - ImageNet 2012 as distributed, unpacked, or as Kaggle has it;
 * - a folder of packed shards made by `packDataset`, or of other WebDataset shards, or one shard;
 * - a name: `emoji`, or `cifar10`, `cifar100`, `imagenette`, `tiny-imagenet`, which are downloaded
 *   once (a folder called emoji is opened as `./emoji`).
 * @throws {DatasetError} one clear line, when the source cannot be used.
 */
export async function openDataset(source: string, options: OpenOptions = {}): Promise<Dataset> {
  const share = options.validationShare;
  if (share !== undefined && !(share >= 0 && share <= 1)) {
    throw new DatasetError('bad-option', `validationShare must be between 0 and 1, not ${share}`);
  }
  options.signal?.throwIfAborted();
  if (source === 'emoji') return openEmoji(options);
  const known = Object.hasOwn(KNOWN_SETS, source) ? KNOWN_SETS[source] : undefined;
  return known === undefined ? openPath(source, options) : openKnownSet(source, known, options);
}

/** A set fetched by its name; separate, so that small archives can be tried in place of the real ones. */
export async function openKnownSet(
  name: string,
  set: KnownSet,
  options: OpenOptions,
): Promise<Dataset> {
  const dataset = await openPath(await fetchSet(set, options), options);
  const { license, classNames = {} } = set;
  return {
    ...dataset,
    name,
    license,
    classNames: dataset.classNames.map((folder) => classNames[folder] ?? folder),
  };
}

async function openPath(source: string, options: OpenOptions): Promise<Dataset> {
  const tree = await openTree(source, options);
  const notes = new Notes();
  try {
    const contents = await readContents(source, tree, options, notes);
    notes.addHidden(tree);
    const close = async () => {
      await contents.close?.();
      await tree.close();
    };
    return {
      name: basename(source),
      classIds: contents.classNames,
      validationFrom: 'source',
      ...contents,
      notes: notes.list(),
      close,
    };
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function readContents(
  source: string,
  tree: FileTree,
  options: OpenOptions,
  notes: Notes,
): Promise<SourceContents> {
  if (isPack(tree)) return readPack(source);
  const cifar = await readCifar(tree);
  if (cifar !== null) return cifar;
  if (isImageNetFolder(tree)) return openImageNet(tree, options);
  const shards = shardsOf(source, tree);
  if (shards.length > 0) return readShards(source, shards, options, notes);
  return layOutClasses(tree, options, notes);
}

/** Class folders may well have an index.json of their own beside them; a pack has no folders. */
function isPack({ root: { files, folders } }: FileTree): boolean {
  return folders.size === 0 && (files.has(PACK_INDEX) || files.has(PACK_PLAN));
}

/** Archives that are known by their first bytes and not read, and how to make one that is. */
const UNREAD_ARCHIVES: readonly (readonly [start: string, kind: string, advice: string])[] = [
  ['\xfd7zXZ', 'xz', 'unpack it with xz -d'],
  ['BZh', 'bzip2', 'unpack it with bzip2 -d'],
  ['\x28\xb5\x2f\xfd', 'zstd', 'unpack it with zstd -d'],
  ['7z\xbc\xaf', '7z', 'unpack it into a folder with 7z x'],
  ['Rar!', 'rar', 'unpack it into a folder with unrar x'],
];

async function openTree(source: string, options: OpenOptions): Promise<FileTree> {
  const found = await stat(source).catch(() => null);
  if (found === null) {
    throw new DatasetError(
      'not-found',
      `no such data source: "${source}" is neither a folder or file here nor a known name; use a folder of class folders, a .tar, .tar.gz or .zip of one, or ${['emoji', ...Object.keys(KNOWN_SETS)].join(', ')}`,
    );
  }
  if (found.isDirectory()) return openDiskTree(source, options.signal);
  if (!found.isFile())
    throw new DatasetError('not-found', `${source} is neither a folder nor a file`);
  const head = await firstBytes(source);
  if (head.startsWith('PK')) return openZipTree(source, options);
  const unread = UNREAD_ARCHIVES.find(([start]) => head.startsWith(start));
  if (unread !== undefined) {
    const [, kind, advice] = unread;
    throw new DatasetError(
      'unsupported',
      `${source} is packed with ${kind}, which has no random access and is not read: ${advice}, then give what comes out`,
    );
  }
  const kind = unreadKind(head);
  if (kind !== null) {
    throw new DatasetError(
      'unsupported',
      `${source} is ${kind}, which is not read: ${WRITE_IMAGES}`,
    );
  }
  const path = head.startsWith('\x1f\x8b') ? await gunzipToCache(source, options) : source;
  return openTarTree(path, source, options);
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.toString('latin1');
  } finally {
    await handle.close();
  }
}
