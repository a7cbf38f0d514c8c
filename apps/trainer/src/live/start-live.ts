import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CommandError, oneLine } from '../failure.js';
import type { RunRecord } from '../run-folder.js';
import { say } from '../say.js';
import type { LiveAddress } from './live-server.js';
import type { LiveOrder, LiveStart } from './live-worker.js';

/** What `--serve`, `--serve-host` and `--serve-token` say. */
export interface ServeOptions {
  /** True when no port was given. */
  readonly serve?: number | true;
  readonly serveHost?: string;
  readonly serveToken?: string;
}

/** A live page being served. */
export interface Live {
  /** Shows the run in `folder`, whose logs are open. */
  follow(folder: string, record: RunRecord): void;
  /** Goes on showing a run that has ended until Ctrl-C, where there is a terminal to press it in. */
  stay(): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_PORT = 6012;
const SHORTEST_TOKEN = 8;

/**
 * Serves a live page from a thread of its own and says where, or does nothing without `--serve`.
 *
 * A step of the tensorflow backend holds the thread that trains for up to seconds, and the page
 * should answer meanwhile. The server's thread only reads the files the run writes: it cannot
 * slow a step or damage the run, and a failure in it ends the page, not the run.
 */
export async function startLive(options: ServeOptions): Promise<Live | null> {
  if (options.serve === undefined) {
    if (options.serveHost === undefined && options.serveToken === undefined) return null;
    throw new CommandError('usage', '--serve-host and --serve-token say how to --serve: add it');
  }
  const address = liveAddress(options);
  const worker = new Worker(new URL('./live-worker.js', import.meta.url), {
    workerData: address,
  });
  const exited = once(worker, 'exit').catch(() => undefined);
  const [started] = (await once(worker, 'message')) as [LiveStart];
  if ('failure' in started) throw new Error(`--serve: ${started.failure}`);
  worker.on('error', (error) => say(`the live page has stopped: ${oneLine(error)}`));
  // An exit that nobody announced does not wait for the page.
  worker.unref();
  say(`live page: ${shown(address, started.port)}`);
  const order = (message: LiveOrder) => worker.postMessage(message);
  return {
    follow: (folder, record) => order({ order: 'follow', folder, record }),
    async stay() {
      if (!process.stdin.isTTY) return;
      order({ order: 'finish' });
      worker.ref();
      const stop = once(process, 'SIGINT');
      say(`the page stays: ${shown(address, started.port)}  (Ctrl-C ends it)`);
      // A page that failed keeps nobody waiting.
      await Promise.race([stop, exited]);
    },
    async close() {
      worker.ref();
      order({ order: 'close' });
      await exited;
    },
  };
}

/** Only this machine can look, unless `--serve-host` says otherwise: then it takes a token. */
function liveAddress({ serve, serveHost, serveToken }: ServeOptions): LiveAddress {
  if (serveToken !== undefined && serveToken.length < SHORTEST_TOKEN) {
    throw new CommandError(
      'usage',
      `--serve-token is too short: take ${SHORTEST_TOKEN} characters or more, or leave it out`,
    );
  }
  const made = serveHost === undefined ? null : randomBytes(18).toString('base64url');
  return {
    host: serveHost ?? '127.0.0.1',
    port: typeof serve === 'number' ? serve : DEFAULT_PORT,
    token: serveToken ?? made,
  };
}

function shown({ host, token }: LiveAddress, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host;
  const query = token === null ? '' : `?token=${encodeURIComponent(token)}`;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}/${query}`;
}
