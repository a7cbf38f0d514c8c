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

/** The viewer's own policy, which its page also states. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Whether the viewer has been built. */
export async function hasViewer(): Promise<boolean> {
  return (await viewerFiles()).includes('index.html');
}

/** Serves `/viewer/…`: a path is looked up in the list of built files, so none leads outside. */
export function viewerRoute(path: string): Route {
  return async (_, response) => {
    const name = path.slice('/viewer/'.length) || 'index.html';
    if (!(await viewerFiles()).includes(name)) return false;
    response.setHeader('Content-Security-Policy', POLICY);
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
