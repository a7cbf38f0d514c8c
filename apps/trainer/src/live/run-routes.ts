import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listCheckpoints } from '@alexnet/trainer/node';
import { CHECKPOINTS_FOLDER, FILTERS_FOLDER, METRICS_NAME, type RunRecord } from '../run-folder.js';
import type { LiveFeed } from './live-feed.js';
import { livePage } from './live-page.js';
import { SCRIPT } from './live-script.js';
import { newestWeights } from './newest-weights.js';
import { type Route, send } from './reply.js';
import { hasViewer, viewerRoute } from './viewer-files.js';

/** Proxies and tunnels cut connections on which nothing is said. */
const HEARTBEAT_MS = 15_000;

const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_HASH}'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const SHEET = /^step-\d+\.png$/;

/**
 * What a run shows: `/` the page, `/events`, `/metrics.jsonl`, `/weights.safetensors`,
 * `/filters.png`, and for the viewer `/index.json` and `/filters/step-….png`. Every file is named
 * here; no part of a path reaches the disk but the digits of a sheet.
 */
export function runRoutes(folder: string, record: RunRecord, feed: LiveFeed) {
  const weights = newestWeights(folder, record);
  const routes: Readonly<Record<string, Route>> = {
    async '/'(_, response) {
      response.setHeader('Content-Security-Policy', POLICY);
      const page = livePage(folder, record, await hasViewer());
      return send(response, 'text/html; charset=utf-8', page);
    },
    '/metrics.jsonl': (_, response) => sendGrowing(response, join(folder, METRICS_NAME)),
    async '/filters.png'(_, response) {
      const newest = (await sheets(folder)).at(-1);
      return newest === undefined ? false : sendSheet(response, folder, newest);
    },
    async '/weights.safetensors'(request, response) {
      const newest = await weights();
      if (!newest) return false;
      const tag = `"${newest.step}"`;
      response.setHeader('ETag', tag);
      response.setHeader('Cache-Control', 'no-cache');
      if (request.headers['if-none-match'] !== tag) {
        return send(response, 'application/octet-stream', newest.bytes);
      }
      response.writeHead(304).end();
      return true;
    },
    async '/index.json'(_, response) {
      const found = {
        weights: (await listCheckpoints(join(folder, CHECKPOINTS_FOLDER))).length > 0,
        metrics: true,
        filters: await sheets(folder),
      };
      return send(response, 'application/json', JSON.stringify(found));
    },
    '/events': (_, response) => sendEvents(response, feed),
    // Browsers ask for it unasked.
    '/favicon.ico'(_, response) {
      response.writeHead(204).end();
      return true;
    },
  };

  return (path: string): Route | null => {
    if (Object.hasOwn(routes, path)) return routes[path] ?? null;
    if (path.startsWith('/viewer/')) return viewerRoute(path);
    const sheet = path.startsWith('/filters/') ? path.slice('/filters/'.length) : '';
    return SHEET.test(sheet) ? (_, response) => sendSheet(response, folder, sheet) : null;
  };
}

/** Names in order of step. */
async function sheets(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, FILTERS_FOLDER)).catch(() => []);
  return names.filter((name) => SHEET.test(name)).sort();
}

async function sendSheet(response: ServerResponse, folder: string, name: string): Promise<boolean> {
  const png = await readFile(join(folder, FILTERS_FOLDER, name)).catch(() => null);
  return png ? send(response, 'image/png', png) : false;
}

/** As much as the file holds now, which may be more than should be read at once. */
async function sendGrowing(response: ServerResponse, path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (!file) return false;
  response.setHeader('Content-Type', 'application/x-ndjson');
  await pipeline(createReadStream(path, { fd: file }), response);
  return true;
}

function sendEvents(response: ServerResponse, feed: LiveFeed): true {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' });
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  const stop = feed.listen(({ event, data }) => {
    // Who reads too slowly misses steps and drawings, of which newer ones come, and nothing else.
    if (response.writableNeedDrain && (event === 'step' || event === 'figures')) return;
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (event === 'end') response.end();
  });
  response.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
  return true;
}
