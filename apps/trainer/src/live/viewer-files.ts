import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Route, send } from './reply.js';

/** The built viewer, as it lies beside this command's own `dist`. */
const VIEWER = fileURLToPath(new URL('../../viewer/dist/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
};

/** The policy that the page states, for its workers too, which only a header binds. */
async function policy(): Promise<string> {
  const page = await readFile(join(VIEWER, 'index.html'), 'utf8');
  const stated = /Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1];
  return `${stated ?? "default-src 'none'"}; frame-ancestors 'none'`;
}

/** Whether the viewer has been built. */
export async function hasViewer(): Promise<boolean> {
  return (await viewerFiles()).includes('index.html');
}

/** Serves `/viewer/…`: a path is looked up in the list of built files, so none leads outside. */
export function viewerRoute(path: string): Route {
  return async (_, response) => {
    const name = path.slice('/viewer/'.length) || 'index.html';
    if (!(await viewerFiles()).includes(name)) return false;
    response.setHeader('Content-Security-Policy', await policy());
    response.setHeader('Cache-Control', 'no-cache');
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    return send(response, type, await readFile(join(VIEWER, name)));
  };
}

async function viewerFiles(): Promise<string[]> {
  const entries = await readdir(VIEWER, { recursive: true }).catch(() => []);
  // Folders are in the list too; no page asks for one.
  return entries.map((name) => name.split(sep).join('/')).filter((name) => extname(name) !== '');
}
