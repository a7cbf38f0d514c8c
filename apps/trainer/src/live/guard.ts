import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Whom a server lets in. */
export interface Door {
  /** What the server is bound to. */
  readonly host: string;
  /** Null lets in whoever reaches the port. */
  readonly token: string | null;
}

/** Why a request is turned away. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
}

/**
 * Decides about a request. A server of this machine alone answers only to this machine's names:
 * a stranger's page whose name is made to point here (DNS rebinding) arrives under its own. On
 * other addresses the token does that, for such a page cannot have it.
 */
export function refusal(request: IncomingMessage, url: URL, { host, token }: Door): Refusal | null {
  if (isLoopback(host) && !isLocalName(request.headers.host)) {
    return { status: 403, reason: 'ask for it as localhost or 127.0.0.1' };
  }
  if (token === null || holdsToken(request, url, token)) return null;
  return { status: 401, reason: 'the token is missing or wrong: add ?token=… to the address' };
}

/** Whether the token is in the address, a bearer header, or the cookie {@link tokenCookie} sets. */
function holdsToken(request: IncomingMessage, url: URL, token: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const cookies = (request.headers.cookie ?? '').split('; ');
  const cookie = tokenCookie(token);
  return (
    same(url.searchParams.get('token') ?? bearer ?? '', token) ||
    cookies.some((given) => same(given, cookie))
  );
}

/**
 * `name=value` by which a browser that showed the token once is known: named after the token,
 * because the ports of a machine share their cookies.
 */
export function tokenCookie(token: string): string {
  const digest = createHash('sha256').update(token).digest('hex');
  return `alexnet-${digest.slice(0, 8)}=${digest.slice(8)}`;
}

/** In a time that tells nothing: digests are of one length. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function isLocalName(host: string | undefined): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host ?? '');
}
