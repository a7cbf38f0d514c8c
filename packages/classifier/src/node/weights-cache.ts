import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Checksum, type DownloadOptions, downloadFile, type RemoteFile } from '@alexnet/data';
import { cacheDirectory, writeAtomically } from '@alexnet/files/node';
import { extract } from 'tar-stream';
import { ClassifierError } from '../classifier-error.js';
import { findPublished, type MeanFile, type PublishedWeights } from '../published/catalog.js';
import { SMALLER_DTYPES, variantName } from '../published/variant.js';

/** Files of a network in the cache. */
export interface CachedWeights {
  /** The file of weights. */
  readonly path: string;
  /** The mean image that belongs to them. */
  readonly mean: string | null;
  /** What is published about them; null for an address. */
  readonly published: PublishedWeights | null;
}

/** How weights are fetched. */
export interface FetchOptions extends Pick<DownloadOptions, 'signal' | 'onProgress' | 'offline'> {
  /** Where files are kept; default `ALEXNET_CACHE_DIR`, else the system's cache folder. */
  readonly cacheDir?: string;
  /**
   * A server that holds the published files under their own names; default `ALEXNET_WEIGHTS_URL`.
   * Published weights are then asked for there only. Checksums stay those of the originals.
   */
  readonly mirror?: string;
}

/** Larger mean images are none: Caffe's has 786,446 bytes. */
const MAX_MEAN_BYTES = 50e6;

/**
 * Fetches weights by name or address, unless they are in the cache, and checks them before they are
 * used.
 *
 * @param source a name of `PUBLISHED_WEIGHTS`, or `https://…`, with `#sha256=…` where the checksum is known
 * @throws {DatasetError} one line: no network, another file than it should be, a full disk, offline
 * @throws {RangeError} when it is neither a name nor an address that may be fetched
 */
export async function fetchWeights(
  source: string,
  options: FetchOptions = {},
): Promise<CachedWeights> {
  const planned = plan(source, options);
  const { signal, onProgress, offline } = options;
  const download: DownloadOptions = {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(offline !== undefined && { offline }),
  };
  await downloadFile(planned.file, planned.path, download);
  const { mean, published } = planned;
  if (mean && !(await exists(mean.path))) await fetchMean(mean.file, mean.path, download);
  return { path: planned.path, mean: mean?.path ?? null, published };
}

/** Where weights lie in the cache, or null where they have not been fetched. */
export async function cachedWeights(
  source: string,
  options: FetchOptions = {},
): Promise<CachedWeights | null> {
  const { path, mean, published } = plan(source, options);
  const there = (await exists(path)) && (mean === null || (await exists(mean.path)));
  return there ? { path, mean: mean?.path ?? null, published } : null;
}

/**
 * Removes weights from the cache, whole, half fetched or with fewer digits, and their mean image where no others use it.
 *
 * @returns whether there was anything.
 */
export async function removeWeights(source: string, options: FetchOptions = {}): Promise<boolean> {
  const { path, mean, published } = plan(source, options);
  const smaller = published ? SMALLER_DTYPES.map((dtype) => variantName(published, dtype)) : [];
  const found = [path, `${path}.part`, ...smaller.map((name) => join(folderOf(options), name))];
  const removed: boolean[] = [];
  for (const file of found) removed.push(await removeFile(file));
  if (mean) {
    const left = await readdir(folderOf(options)).catch(() => []);
    if (!left.some((name) => name.endsWith('.caffemodel')))
      removed.push(await removeFile(mean.path));
  }
  return removed.includes(true);
}

/** Whether `source` is something {@link fetchWeights} takes. */
export function isFetchable(source: string): boolean {
  return findPublished(source) !== undefined || /^https?:\/\//i.test(source);
}

interface Plan {
  readonly file: RemoteFile;
  readonly path: string;
  readonly mean: { readonly file: MeanFile; readonly path: string } | null;
  readonly published: PublishedWeights | null;
}

function plan(source: string, options: FetchOptions): Plan {
  const folder = folderOf(options);
  const mirror = options.mirror ?? process.env.ALEXNET_WEIGHTS_URL;
  const published = findPublished(source);
  if (!published) {
    const file = addressed(source);
    const key = createHash('sha256').update(file.url).digest('hex').slice(0, 12);
    const name = basename(new URL(file.url).pathname) || 'weights';
    return { file, path: join(folder, `${key}-${name}`), mean: null, published: null };
  }
  const { weights, mean } = published;
  return {
    file: mirrored(weights, mirror),
    path: join(folder, fileName(weights)),
    mean: mean
      ? {
          file: { ...mean, archive: mirrored(mean.archive, mirror) },
          path: join(folder, mean.member),
        }
      : null,
    published,
  };
}

/** `https://…/file#sha256=…`; without a checksum nothing may be changed on the way. */
function addressed(source: string): RemoteFile {
  let url: URL;
  try {
    url = new URL(source);
  } catch {
    throw new ClassifierError(
      'bad-address',
      `${source} is neither the name of published weights nor an address`,
    );
  }
  const [, value] = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash) ?? [];
  if (url.hash !== '' && value === undefined) {
    throw new ClassifierError(
      'bad-address',
      `${url.hash} is no checksum: write #sha256= and 64 hexadecimal digits`,
    );
  }
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (local || value))) {
    throw new ClassifierError(
      'bad-address',
      `${source} could be changed on the way: give https, or the file's checksum as #sha256=…`,
    );
  }
  url.hash = '';
  const checksum: Checksum | null = value
    ? { algorithm: 'sha256', value: value.toLowerCase() }
    : null;
  return { url: url.href, bytes: null, checksum };
}

function mirrored(file: RemoteFile, mirror: string | undefined): RemoteFile {
  if (!mirror) return file;
  return { ...file, url: `${mirror.replace(/\/+$/, '')}/${fileName(file)}` };
}

const fileName = ({ url }: RemoteFile) => basename(new URL(url).pathname);

const folderOf = ({ cacheDir }: FetchOptions) => join(cacheDirectory(cacheDir), 'weights');

/** Takes a mean image out of its archive, which is not kept. */
async function fetchMean(file: MeanFile, path: string, options: DownloadOptions): Promise<void> {
  const { archive, member, checksum } = file;
  const whole = `${path}.tar.gz`;
  await downloadFile(archive, whole, options);
  // Nobody vouches for the archive: it goes, whatever is in it.
  const bytes = await memberOf(whole, member)
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ClassifierError(
        'damaged',
        `${archive.url} is no archive that holds ${member}: ${reason}`,
        {
          cause: error,
        },
      );
    })
    .finally(() => rm(whole));
  const found = createHash(checksum.algorithm).update(bytes).digest('hex');
  if (found !== checksum.value) {
    throw new ClassifierError(
      'damaged',
      `${member} in ${archive.url} has the checksum ${found} instead of ${checksum.value}; it was removed: it is damaged, or not the file that was asked for`,
    );
  }
  await mkdir(join(path, '..'), { recursive: true });
  await writeAtomically(path, bytes);
}

async function memberOf(archive: string, member: string): Promise<Buffer> {
  const tar = extract();
  let found: Buffer | undefined;
  tar.on('entry', ({ name, size = 0 }, stream, next) => {
    const parts: Buffer[] = [];
    const wanted = basename(name) === member && size <= MAX_MEAN_BYTES;
    stream.on('data', (part) => wanted && parts.push(part as Buffer));
    stream.on('end', () => {
      if (wanted) found = Buffer.concat(parts);
      next();
    });
    stream.resume();
  });
  await pipeline(createReadStream(archive), createGunzip(), tar);
  if (!found) throw new Error('it is not in there');
  return found;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

async function removeFile(path: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  await rm(path);
  return true;
}

/** What was measured here with published weights, kept beside them. */
export interface Measured {
  readonly data: string;
  readonly images: number;
  readonly view: string;
  /** Percent. */
  readonly top1: number;
  /** Percent. */
  readonly top5: number;
}

/** Keeps what `alexnet eval` found, for the model card. */
export async function recordMeasured(
  source: string,
  measured: Measured,
  options: FetchOptions = {},
): Promise<void> {
  await writeAtomically(`${plan(source, options).path}.measured.json`, JSON.stringify(measured));
}

/** What {@link recordMeasured} kept, or null. */
export async function readMeasured(
  source: string,
  options: FetchOptions = {},
): Promise<Measured | null> {
  const text = await readFile(`${plan(source, options).path}.measured.json`, 'utf8').catch(
    () => null,
  );
  return text === null ? null : (JSON.parse(text) as Measured);
}
