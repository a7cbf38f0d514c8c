import type { Checksum } from '@alexnet/data';
import { ClassifierError } from '../classifier-error.js';
import type { PublishedWeights } from '../published/catalog.js';
import { SMALLER_DTYPES, type SmallerDtype, variantName } from '../published/variant.js';
import { type FetchBlobOptions, fetchBlob } from './fetch-blob.js';

/** Name of the browser's cache that keeps published weights. */
const CACHE = 'alexnet-weights';

export interface FetchPublishedOptions extends FetchBlobOptions {
  /** Folder of the page's own server that holds the files under their own names; default `weights/`. */
  readonly folder?: string | URL;
  /**
   * With fewer digits, half or a quarter of the bytes: a file that only the page's own server has, made
   * of the checked original by `alexnet weights get NAME --dtype` or by `pnpm viewer`.
   */
  readonly dtype?: SmallerDtype;
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
  published: PublishedWeights,
  options: FetchPublishedOptions = {},
): Promise<PublishedFiles> {
  const { weights, mean } = published;
  if (options.dtype) {
    const name = variantName(published, options.dtype);
    // The mean image is in it.
    return { weights: await fetchFile(name, { name }, [], options), mean: null };
  }
  const file = await fetchFile(weights.url, weights.checksum, [weights.url], options);
  if (!mean) return { weights: file, mean: null };
  return { weights: file, mean: await fetchFile(mean.member, mean.checksum, [], options) };
}

/** Forgets published weights, whole. */
export async function forgetPublished(published: PublishedWeights): Promise<void> {
  const cache = await openCache();
  const { weights, mean } = published;
  const smaller = SMALLER_DTYPES.map((dtype) => ({ name: variantName(published, dtype) }));
  for (const id of [weights.checksum, ...(mean ? [mean.checksum] : []), ...smaller]) {
    await cache?.delete(keyOf(id));
  }
}

/** What a file is known by: its checksum, or the name under which the page's own server made it. */
type Identity = Checksum | { readonly name: string };

async function fetchFile(
  path: string,
  identity: Identity,
  official: readonly string[],
  options: FetchPublishedOptions,
): Promise<Blob> {
  const cache = await openCache();
  const kept = await cache?.match(keyOf(identity));
  if (kept) return kept.blob();
  const base = new URL(String(options.folder ?? 'weights/'), document.baseURI);
  const own = new URL(path.split('/').at(-1) ?? path, base);
  const reasons: string[] = [];
  for (const address of [own.href, ...official]) {
    try {
      const blob = await fetchBlob(address, options);
      if ('value' in identity) await requireChecksum(address, blob, identity);
      // A full disk costs the next visit a download, and nothing else.
      await cache?.put(keyOf(identity), new Response(blob)).catch(() => undefined);
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
const keyOf = (identity: Identity) =>
  `/.alexnet-weights/${'value' in identity ? identity.value : identity.name}`;
