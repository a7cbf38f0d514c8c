import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';

/** What a server sends. */
export interface RemoteAnswer {
  readonly status: number;
  /** Position in the file of the first byte of the body. */
  readonly start: number;
  /** Bytes of the whole file, where the server says. */
  readonly total: number | null;
  readonly body: IncomingMessage;
}

export interface RemoteOptions {
  readonly signal?: AbortSignal | undefined;
  /** A connection that is silent for so long is given up, milliseconds. */
  readonly stallMs: number;
}

const MAX_REDIRECTS = 5;

/**
 * Asks for a file from byte `from` on and follows redirects.
 *
 * Not `fetch`, which undoes a `Content-Encoding`: servers that call a `.tar.gz` encoded would give
 * other bytes than the checksum is of.
 *
 * @throws {Error} when there is no answer, or it is a redirect that leads nowhere.
 */
export async function openRemote(
  url: string,
  from: number,
  options: RemoteOptions,
): Promise<RemoteAnswer> {
  let address = new URL(url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const body = await request(address, from, options);
    const { statusCode: status = 0, headers } = body;
    if (status < 300 || status > 399 || headers.location === undefined) {
      return { status, body, ...extent(status, headers) };
    }
    body.destroy();
    const next = new URL(headers.location, address);
    if (address.protocol === 'https:' && next.protocol === 'http:') {
      throw new Error(
        `redirected from https to ${next.origin}, where anybody could change the file`,
      );
    }
    address = next;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

function request(address: URL, from: number, options: RemoteOptions): Promise<IncomingMessage> {
  const { protocol } = address;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new Error(`redirected to ${protocol}//, which is not http`);
  }
  const get = protocol === 'https:' ? getHttps : getHttp;
  const headers = {
    'user-agent': 'alexnet',
    'accept-encoding': 'identity',
    ...(from > 0 ? { range: `bytes=${from}-` } : {}),
  };
  const { signal, stallMs } = options;
  return new Promise((resolve, reject) => {
    const asked = get(address, { headers, timeout: stallMs, ...(signal && { signal }) });
    let answer: IncomingMessage | undefined;
    asked.on('error', reject);
    asked.on('response', (body) => {
      answer = body;
      resolve(body);
    });
    asked.on('timeout', () =>
      (answer ?? asked).destroy(new Error(`nothing came for ${stallMs / 1000} s`)),
    );
  });
}

/** Which part of the file a body is: `Content-Range` of a 206 or 416, else all of it. */
function extent(
  status: number,
  headers: IncomingMessage['headers'],
): { start: number; total: number | null } {
  const [, start, total] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (status === 206 || status === 416) {
    return { start: Number(start ?? -1), total: total === undefined ? null : numberOr(total) };
  }
  return { start: 0, total: numberOr(headers['content-length'] ?? '') };
}

function numberOr(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}
