import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';
import { build, defaultClientConditions } from 'vite';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Why pages cannot be run here, or ''. */
export const noBrowser = existsSync(CHROMIUM) ? '' : `no ${CHROMIUM}`;

/** A project Vite builds as it builds any: no configuration. Returns the folder of the page. */
export async function buildPage(folder: string): Promise<string> {
  await build({ root: folder, base: './', configFile: false, logLevel: 'error' });
  return join(folder, 'dist');
}

/** A page of one script, made of the packages' sources. Returns its folder, a temporary one. */
export async function buildScript(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-page-'));
  await build({
    root: dirname(entry),
    base: './',
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@alexnet/source', ...defaultClientConditions] },
    build: {
      outDir: folder,
      target: 'esnext',
      rollupOptions: { input: entry, output: { entryFileNames: 'page.js' } },
    },
    worker: { format: 'es' },
  });
  const page = '<!doctype html><script type="module" src="./page.js"></script>';
  await writeFile(join(folder, 'index.html'), page);
  return folder;
}

/** How much later than the others a late file comes, in milliseconds. */
const LATE = 400;

export interface PageOptions {
  /** A file that comes after all others. */
  readonly late?: string;
  /** In milliseconds. */
  readonly timeout?: number;
  /** One of its own otherwise. */
  readonly browser?: Browser;
}

export const openBrowser = () =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

/** Opens a built page in Chromium and returns what it logs, line by line, until it sets `done`. */
export async function runPage(folder: string, options: PageOptions = {}): Promise<string> {
  const { late, timeout = 60_000 } = options;
  const server = createServer(async (request, response) => {
    const name = new URL(request.url ?? '/', 'http://page').pathname;
    const path = join(folder, name === '/' ? 'index.html' : name);
    if (!existsSync(path)) return void response.writeHead(404).end();
    if (late !== undefined && name.endsWith(`/${late}`)) await setTimeout(LATE);
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = options.browser ?? (await openBrowser());
  const context = await browser.newContext();
  try {
    const lines: string[] = [];
    const page = await context.newPage();
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : '';
    await new Promise<void>((resolve, reject) => {
      page.on('console', (message) => {
        if (message.type() === 'log') lines.push(message.text());
      });
      page.on('pageerror', reject);
      page.on('crash', () => reject(new Error('the page crashed')));
      page
        .goto(`http://127.0.0.1:${port}/`)
        .then(() => page.waitForFunction('globalThis.done', undefined, { timeout }))
        .then(() => resolve(), reject);
    });
    return lines.join('\n');
  } finally {
    await (options.browser ? context : browser).close();
    server.close();
  }
}
