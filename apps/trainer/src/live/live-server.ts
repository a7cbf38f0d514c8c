import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RunRecord } from '../run-folder.js';
import { type Door, refusal, tokenCookie } from './guard.js';
import { openLiveFeed } from './live-feed.js';
import { type Route, refuse } from './reply.js';
import { runRoutes } from './run-routes.js';

export interface LiveAddress extends Door {
  /** 0 takes a free one. */
  readonly port: number;
}

export interface LiveServer {
  readonly port: number;
  /** Shows the run in `folder`, whose logs are open. Until then browsers are told to wait. */
  follow(folder: string, record: RunRecord): void;
  /** The run has ended: says so to whoever looks, and goes on showing it. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Time for the last event, and for a download that is nearly done, before connections are cut. */
const GRACE_MS = 1000;

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/**
 * A server that only reads and only shows one run.
 *
 * @throws Error in one line when the port is taken or the address is not this machine's
 */
export async function openLiveServer(address: LiveAddress): Promise<LiveServer> {
  let stop = async () => {};
  let find: ((path: string) => Route | null) | null = null;
  const server = createServer((request, response) => {
    answer(request, response, address, find).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, error.message);
    });
  });
  await listen(server, address);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    follow(folder, record) {
      const feed = openLiveFeed(folder, record);
      stop = feed.close;
      find = runRoutes(folder, record, feed);
    },
    finish: () => stop(),
    async close() {
      await stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  door: Door,
  find: ((path: string) => Route | null) | null,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (!URL.canParse(request.url ?? '', 'http://localhost')) {
    return refuse(response, 400, 'not an address');
  }
  const url = new URL(request.url ?? '', 'http://localhost');
  const refused = refusal(request, url, door);
  if (refused) return refuse(response, refused.status, refused.reason);
  if (request.method !== 'GET') return refuse(response, 405, 'there is only GET here');
  if (door.token !== null && url.pathname === '/' && url.searchParams.has('token')) {
    // From here on a cookie: the token leaves the address, which people copy and browsers keep.
    const cookie = `${tokenCookie(door.token)}; HttpOnly; SameSite=Lax; Path=/`;
    response.writeHead(303, { Location: '/', 'Set-Cookie': cookie }).end();
    return;
  }
  if (!find) {
    response.setHeader('Refresh', '2');
    return refuse(response, 503, 'the run is being prepared …');
  }
  const route = find(url.pathname);
  if (!(await route?.(request, response))) {
    refuse(response, 404, route ? 'not there (yet)' : 'nothing of that name here');
  }
}

function listen(server: Server, { host, port }: LiveAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(plainer(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function plainer(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`port ${port} is taken: choose another, or --serve 0 for a free one`);
    case 'EACCES':
      return new Error(`port ${port} needs more rights: choose one above 1023`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(
        `${host} is no address of this machine: --serve-host 0.0.0.0 means them all`,
      );
    default:
      return error;
  }
}
