import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A camera that shows a moving test pattern, and that needs no permission.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** WebGPU in software. Its process also draws every page by a GPU in software, which takes longer than drawing without one. */
const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const NO_GPU = ['--disable-gpu'];

/** Milliseconds for what a page is waited for: two cores compute three pages side by side in CI. */
export const PATIENCE = 90_000;

/** Path of a Chromium on this machine, CHROMIUM_PATH first. */
export const chromiumPath = [process.env.CHROMIUM_PATH ?? '', ...CHROMIUM].find(
  (path) => path && existsSync(path),
);

/** Said by skipped suites. */
export const whyNoBrowser = 'no Chromium here: apt-get install chromium, or set CHROMIUM_PATH';

/** A browser with WebGPU, or without any GPU. */
export function launch(gpu: 'webgpu' | 'none'): Promise<Browser> {
  if (!chromiumPath) throw new Error(whyNoBrowser);
  const args = [...FLAGS, ...(gpu === 'webgpu' ? WEBGPU : NO_GPU)];
  return chromium.launch({ executablePath: chromiumPath, args });
}

/** The real server of the page on a free port. */
export interface Served {
  readonly address: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** Serves a run made of `files`, by path inside it. */
export async function serve(
  files: Readonly<Record<string, Uint8Array | string>>,
  /** Published weights that have been fetched, by file name. */
  published: Readonly<Record<string, Uint8Array>> = {},
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-viewer-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const cache = join(folder, 'cache');
  await mkdir(join(cache, 'weights'), { recursive: true });
  for (const [name, bytes] of Object.entries(published)) {
    await writeFile(join(cache, 'weights', name), bytes);
  }
  const script = fileURLToPath(new URL('../../serve.mjs', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ALEXNET_CACHE_DIR: cache },
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => {
      const found = /http:\S+/.exec(line.toString());
      if (found) resolve(found[0]);
      else reject(new Error(`serve.mjs said: ${line}`));
    });
    child.once('exit', (code) => reject(new Error(`serve.mjs ended with ${code}`)));
  });
  return {
    address,
    folder,
    async close() {
      child.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How visitors look at the page. */
export const VISITOR = {
  viewport: { width: 1280, height: 900 },
  reducedMotion: 'reduce',
} as const;

/**
 * A page that remembers every complaint: console errors, exceptions, requests to anywhere else.
 * Its WebGPU device, if it asks for one, is kept as `window.alexnetDevice` for tests that lose it.
 */
export async function openPage(
  browser: Browser | BrowserContext,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await ('contexts' in browser ? browser.newPage(VISITOR) : browser.newPage());
  await page.addInitScript(() => {
    type Adapter = { requestDevice(options?: object): Promise<object> };
    const adapter = (globalThis as { GPUAdapter?: { prototype: Adapter } }).GPUAdapter?.prototype;
    if (!adapter) return;
    const original = adapter.requestDevice;
    adapter.requestDevice = async function (this: Adapter, options) {
      const device = await original.call(this, options);
      Object.assign(globalThis, { alexnetDevice: device });
      return device;
    };
  });
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (
      !url.startsWith(new URL(address).origin) &&
      !url.startsWith('blob:') &&
      !url.startsWith('data:')
    ) {
      complaints.push(`request to ${url}`);
    }
    if (request.method() !== 'GET') complaints.push(`${request.method()} ${url}`);
  });
  await page.goto(address);
  return { page, complaints };
}
