import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OpenOptions } from '../dataset.js';
import { DatasetError, firstLine } from '../errors.js';
import { requireSpace } from './free-space.js';
import { openRemote, type RemoteAnswer } from './open-remote.js';
import type { RemoteFile } from './remote-file.js';
import { withLock } from './with-lock.js';

export interface DownloadOptions extends Pick<OpenOptions, 'signal' | 'onProgress'> {
  /** A connection that is silent for so long is given up and asked again, ms; default 30,000. */
  readonly stallMs?: number;
  /** Wait before the second try, doubled before each further one, ms; default 1,000. */
  readonly retryMs?: number;
  /** Room left over on the disk for what is made of the file, bytes; default 0. */
  readonly spaceAfter?: number;
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
 * Fetches a file to `path`, unless it is there. It appears under its name only once its SHA-256 is
 * right; until then `path.part` holds what has come, from which a later call, in this process or
 * another, goes on.
 *
 * @throws {DatasetError} one line, when there is no network, the server has another file, the
 * checksum is wrong (what was fetched is then removed) or the disk is full.
 */
export async function downloadFile(
  file: RemoteFile,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  if ((await sizeOf(path)) === file.bytes) return;
  await mkdir(dirname(path), { recursive: true });
  await withLock(path, options.signal, async () => {
    // Another process may have fetched it while this one waited.
    if ((await sizeOf(path)) === file.bytes) return;
    const part = `${path}.part`;
    await requireSpace(
      dirname(path),
      file.bytes - (await sizeOf(part)) + (options.spaceAfter ?? 0),
      file.url,
    );
    await fetchPart(file, part, options);
    const found = await hashOf(part, options);
    if (found !== file.sha256) {
      await rm(part);
      throw new DatasetError(
        `${file.url} gave a file whose SHA-256 is ${found} instead of ${file.sha256}; it was removed: it is damaged, or no longer the file this version knows`,
      );
    }
    await rename(part, path);
  });
}

/** Completes `part`, over as many connections as it takes. */
async function fetchPart(file: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const { signal, retryMs = 1000 } = options;
  const handle = await open(part, 'a+').catch((error) => {
    throw new DatasetError(`cannot write ${part}: ${firstLine(error)}`, { cause: error });
  });
  try {
    let have = (await handle.stat()).size;
    let tries = 0;
    while (have !== file.bytes) {
      const before = have;
      try {
        have = await receive(file, handle, have, options);
      } catch (error) {
        signal?.throwIfAborted();
        have = (await handle.stat()).size;
        if (have > before) tries = 0;
        if (error instanceof DatasetError) throw error;
        if (error instanceof FinalError) throw new DatasetError(`${file.url} ${error.message}`);
        if (++tries >= MAX_TRIES || (have === before && isNoNetwork(error))) {
          throw gaveUp(file, have, error);
        }
        await wait(retryMs * 2 ** (tries - 1), undefined, { signal });
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Receives over one connection and returns how many bytes the file then has. */
async function receive(
  file: RemoteFile,
  handle: FileHandle,
  from: number,
  options: DownloadOptions,
): Promise<number> {
  const { signal, stallMs = 30_000 } = options;
  // More than there can be, from a file that was another once: begin again.
  if (from > file.bytes) return restart(handle);
  const answer = await openRemote(file.url, from, { signal, stallMs });
  try {
    checkAnswer(file, answer);
    // A server without ranges begins again at 0.
    let at = answer.start === from ? from : await restart(handle);
    if (answer.start !== at) return at;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (at + chunk.length > file.bytes) {
        throw new FinalError(`sends more than the ${file.bytes} bytes the file should have`);
      }
      await handle.appendFile(chunk).catch((error) => {
        throw new DatasetError(`cannot write what ${file.url} sends: ${firstLine(error)}`);
      });
      at += chunk.length;
      options.onProgress?.(at, file.bytes, 'bytes downloaded');
    }
    if (at < file.bytes) throw new Error(`the connection ended at byte ${at}`);
    return at;
  } finally {
    answer.body.destroy();
  }
}

async function restart(handle: FileHandle): Promise<number> {
  await handle.truncate(0);
  return 0;
}

function checkAnswer(file: RemoteFile, { status, total, body }: RemoteAnswer): void {
  const known = status === 200 || status === 206 || status === 416;
  if (!known) {
    const text = `answers ${status} ${body.statusMessage ?? ''}`.trim();
    // Too busy, or the server's own trouble, both of which pass.
    if (status === 408 || status === 429 || status >= 500) throw new Error(`it ${text}`);
    throw new FinalError(`${text}; fetch the file elsewhere and give it in place of the name`);
  }
  if (total !== null && total !== file.bytes) {
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
  const kept = have > 0 ? `; ${have} of ${file.bytes} bytes are kept and the next try goes on` : '';
  const message = isNoNetwork(error)
    ? `no connection to ${new URL(file.url).host} (${reason})${kept}; without a network, fetch ${file.url} elsewhere and give that file in place of the name`
    : `cannot download ${file.url}: ${reason}${kept}`;
  return new DatasetError(message, { cause: error });
}

async function hashOf(path: string, { signal }: DownloadOptions): Promise<string> {
  const hash = createHash('sha256');
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
