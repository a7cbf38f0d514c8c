import type { Checksum } from '@alexnet/data';
import { ClassifierError } from '../classifier-error.js';
import type { PublishedWeights } from '../published/catalog.js';
import { type FetchBlobOptions, fetchBlob } from './fetch-blob.js';

/** Name of the browser's cache that keeps published weights. */
const CACHE = 'alexnet-weights';

export interface FetchPublishedOptions extends FetchBlobOptions {
  /** Folder of the page's own server that holds the files under their own names; default `weights/`. */
  readonly folder?: string | URL;
}

/** Files of published weights, checked. */
export interface PublishedFiles {
  readonly weights: Blob;
  readonly mean: Blob | null;
}

/**
 * Published weights in a page: from the browser's cache, else from the page's own server, which
 * `pnpm viewer` lends the command's cache, else from the official address where it allows that (CORS).
 * They are checked before they are used and kept for the next time.
 *
 * @throws {ClassifierError} in one line when no server gives the file, or another one than was published
 */
export async function fetchPublished(
  { weights, mean }: PublishedWeights,
  options: FetchPublishedOptions = {},
): Promise<PublishedFiles> {
  const file = await fetchFile(weights.url, weights.checksum, [weights.url], options);
  if (!mean) return { weights: file, mean: null };
  return { weights: file, mean: await fetchFile(mean.member, mean.checksum, [], options) };
}

/** Forgets published weights, whole. */
export async function forgetPublished({ weights, mean }: PublishedWeights): Promise<void> {
  const cache = await openCache();
  for (const { value } of [weights.checksum, ...(mean ? [mean.checksum] : [])]) {
    await cache?.delete(keyOf(value));
  }
}

async function fetchFile(
  path: string,
  checksum: Checksum,
  official: readonly string[],
  options: FetchPublishedOptions,
): Promise<Blob> {
  const cache = await openCache();
  const kept = await cache?.match(keyOf(checksum.value));
  if (kept) return kept.blob();
  const base = new URL(String(options.folder ?? 'weights/'), document.baseURI);
  const own = new URL(path.split('/').at(-1) ?? path, base);
  const reasons: string[] = [];
  for (const address of [own.href, ...official]) {
    try {
      const blob = await fetchBlob(address, options);
      await requireChecksum(address, blob, checksum);
      // A full disk costs the next visit a download, and nothing else.
      await cache?.put(keyOf(checksum.value), new Response(blob)).catch(() => undefined);
      return blob;
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new ClassifierError(
    'download',
    `${reasons.join('; ')}. Fetch them once with "alexnet weights get" and start the page with "pnpm viewer"`,
  );
}

async function requireChecksum(
  address: string,
  blob: Blob,
  { algorithm, value }: Checksum,
): Promise<void> {
  const name = algorithm === 'sha256' ? 'SHA-256' : 'SHA-1';
  const digest = await crypto.subtle.digest(name, await blob.arrayBuffer());
  const found = [...new Uint8Array(digest)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  if (found === value) return;
  throw new ClassifierError(
    'damaged',
    `${address} gave a file whose checksum is ${found} instead of ${value}`,
  );
}

/** Null where the page may keep nothing, as in a private window or without https. */
async function openCache(): Promise<Cache | null> {
  return 'caches' in globalThis ? caches.open(CACHE).catch(() => null) : null;
}

/** Entries of a cache have addresses; this one leads nowhere. */
const keyOf = (checksum: string) => `/.alexnet-weights/${checksum}`;
