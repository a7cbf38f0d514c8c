import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withLock } from '@alexnet/files/node';
import type { OpenOptions } from '../dataset.js';
import { DatasetError, firstLine } from '../errors.js';
import { requireSpace } from './free-space.js';
import { openRemote, type RemoteAnswer } from './open-remote.js';
import type { Checksum, RemoteFile } from './remote-file.js';

/** How a file is downloaded. */
export interface DownloadOptions extends Pick<OpenOptions, 'signal' | 'onProgress'> {
  /** A connection that is silent for so long is given up and asked again, ms; default 30,000. */
  readonly stallMs?: number;
  /** Wait before the second try, doubled before each further one, ms; default 1,000. */
  readonly retryMs?: number;
  /** Room left over on the disk for what is made of the file, bytes; default 0. */
  readonly spaceAfter?: number;
  /** Refuse instead of asking the network; default: whether ALEXNET_OFFLINE is set. */
  readonly offline?: boolean;
}

/** Tries in a row that bring not one byte. */
const MAX_TRIES = 5;
/** There is no network, or none to that host: asking again in a second changes nothing. */
const NO_NETWORK = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ECONNREFUSED',
]);

/** An answer that another try would not change. */
class FinalError extends Error {}

/**
 * Fetches a file to `path`, unless it is there. It appears under its name only once its checksum is
 * right; until then `path.part` holds what has come, from which a later call, in this process or
 * another, goes on. A file without a checksum is whole once the server has sent as much as it
 * announced, and is begun anew by a later call, as the file at its address may be another by then.
 *
 * @throws {DatasetError} one line, when there is no network or none is to be used, the server has
 * another file or a web page in its place, the checksum is wrong (what was fetched is then removed)
 * or the disk is full.
 */
export async function downloadFile(
  file: RemoteFile,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  if (await isWhole(file, path)) return;
  if (options.offline ?? Boolean(process.env.ALEXNET_OFFLINE)) {
    throw new DatasetError(
      'offline',
      `${file.url} is not in the cache yet, and nothing is fetched offline (--offline, ALEXNET_OFFLINE)`,
    );
  }
  await mkdir(dirname(path), { recursive: true });
  await withLock(path, options.signal, async () => {
    // Another process may have fetched it while this one waited.
    if (await isWhole(file, path)) return;
    const part = `${path}.part`;
    if (file.checksum === null) await rm(part, { force: true });
    if (file.bytes !== null) {
      const needed = file.bytes - (await sizeOf(part)) + (options.spaceAfter ?? 0);
      await requireSpace(dirname(path), needed, file.url);
    }
    await fetchPart(file, part, options);
    if (file.checksum !== null) await requireChecksum(file.url, part, file.checksum, options);
    await rename(part, path);
  });
}

async function isWhole(file: RemoteFile, path: string): Promise<boolean> {
  const size = await sizeOf(path);
  return file.bytes === null ? size > 0 : size === file.bytes;
}

const ALGORITHM_NAMES = { sha256: 'SHA-256', sha1: 'SHA-1' } as const;

/** Removes the file at `path` and throws unless it has this checksum. */
async function requireChecksum(
  url: string,
  path: string,
  { algorithm, value }: Checksum,
  options: DownloadOptions,
): Promise<void> {
  const found = await hashOf(path, algorithm, options);
  if (found === value) return;
  await rm(path);
  throw new DatasetError(
    'damaged',
    `${url} gave a file whose ${ALGORITHM_NAMES[algorithm]} is ${found} instead of ${value}; it was removed: it is damaged, or not the file that was asked for`,
  );
}

/** Completes `part`, over as many connections as it takes. */
async function fetchPart(file: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const { signal, retryMs = 1000 } = options;
  const handle = await open(part, 'a+').catch((error) => {
    throw new DatasetError('not-writable', `cannot write ${part}: ${firstLine(error)}`, {
      cause: error,
    });
  });
  try {
    let have = (await handle.stat()).size;
    // Learned from the first answer where it is not known.
    let total = file.bytes;
    let tries = 0;
    while (have !== total) {
      const before = have;
      try {
        ({ have, total } = await receive(
          { ...file, bytes: total },
          { handle, folder: dirname(part) },
          have,
          options,
        ));
      } catch (error) {
        signal?.throwIfAborted();
        have = (await handle.stat()).size;
        if (have > before) tries = 0;
        if (error instanceof DatasetError) throw error;
        if (error instanceof FinalError)
          throw new DatasetError('download', `${file.url} ${error.message}`);
        if (++tries >= MAX_TRIES || (have === before && isNoNetwork(error))) {
          throw gaveUp({ ...file, bytes: total }, have, error);
        }
        await wait(retryMs * 2 ** (tries - 1), undefined, { signal });
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** How much of a file there is. */
interface Received {
  readonly have: number;
  /** Bytes of the whole file, null while the server has not said. */
  readonly total: number | null;
}

/** Receives over one connection. */
async function receive(
  file: RemoteFile,
  { handle, folder }: { readonly handle: FileHandle; readonly folder: string },
  from: number,
  options: DownloadOptions,
): Promise<Received> {
  const { signal, stallMs = 30_000 } = options;
  // More than there can be, from a file that was another once: begin again.
  if (file.bytes !== null && from > file.bytes) return restart(handle, file.bytes);
  const answer = await openRemote(file.url, from, { signal, stallMs });
  try {
    if (answer.status === 416 && file.bytes === null && answer.total !== null) {
      // An earlier call had received all of it, or of another file more than that.
      if (answer.total === from) return { have: from, total: from };
      if (answer.total < from) return restart(handle, answer.total);
    }
    checkAnswer(file, answer);
    const total = file.bytes ?? answer.total;
    if (file.bytes === null && total !== null) await requireSpace(folder, total - from, file.url);
    // A server without ranges begins again at 0.
    let at = answer.start === from ? from : (await restart(handle, total)).have;
    if (answer.start !== at) return { have: at, total };
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (total !== null && at + chunk.length > total) {
        throw new FinalError(`sends more than the ${total} bytes the file should have`);
      }
      await handle.appendFile(chunk).catch((error) => {
        throw new DatasetError(
          'not-writable',
          `cannot write what ${file.url} sends: ${firstLine(error)}`,
        );
      });
      at += chunk.length;
      options.onProgress?.(at, total ?? 0, 'bytes downloaded');
    }
    if (total !== null && at < total) throw new Error(`the connection ended at byte ${at}`);
    return { have: at, total: at };
  } finally {
    answer.body.destroy();
  }
}

async function restart(handle: FileHandle, total: number | null): Promise<Received> {
  await handle.truncate(0);
  return { have: 0, total };
}

function checkAnswer(file: RemoteFile, { status, total, body }: RemoteAnswer): void {
  const known = status === 200 || status === 206 || status === 416;
  if (!known) {
    const text = `answers ${status} ${body.statusMessage ?? ''}`.trim();
    // Too busy, or the server's own trouble, both of which pass.
    if (status === 408 || status === 429 || status >= 500) throw new Error(`it ${text}`);
    throw new FinalError(`${text}; fetch the file elsewhere and give it in place of the name`);
  }
  if (/^text\/html\b/i.test(body.headers['content-type'] ?? '')) {
    throw new FinalError(
      'answers with a web page instead of a file: a proxy or a login page of the network stands in between, or it is the address of a page about the file',
    );
  }
  if (file.bytes !== null && total !== null && total !== file.bytes) {
    throw new FinalError(
      `has ${total} bytes instead of ${file.bytes}: it is no longer the file this version knows, or a page of the network answers in its place`,
    );
  }
  if (status === 416) throw new Error('the server refuses to go on where the download stopped');
}

function isNoNetwork(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_NETWORK.has(String(error.code));
}

function gaveUp(file: RemoteFile, have: number, error: unknown): DatasetError {
  const reason = firstLine(error) || (error instanceof Error ? error.name : 'no answer');
  const kept =
    have > 0 && file.checksum !== null
      ? `; ${have} of ${file.bytes ?? 'all'} bytes are kept and the next try goes on`
      : '';
  const message = isNoNetwork(error)
    ? `no connection to ${new URL(file.url).host} (${reason})${kept}; without a network, fetch ${file.url} elsewhere and give that file in place of the name`
    : `cannot download ${file.url}: ${reason}${kept}`;
  return new DatasetError('download', message, { cause: error });
}

async function hashOf(
  path: string,
  algorithm: Checksum['algorithm'],
  { signal }: DownloadOptions,
): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
