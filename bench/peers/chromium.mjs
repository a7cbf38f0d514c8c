// A runtime in a page of Chromium in a comparison. node chromium.mjs wasm|onnxruntime-web BATCH
// Threads by ALEXNET_WASM_THREADS; only a page of several comes with the headers that allow them. The
// network comes as a layer list in ALEXNET_BENCH_SPEC; lines on stdin are answered with milliseconds.
// CHROMIUM_PATH names another browser.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'tsup';
import { onnxNetwork, spec } from './onnx-network.mjs';

const [runtime, batch] = [process.argv[2], Number(process.argv[3])];
const threads = Number(process.env.ALEXNET_WASM_THREADS) || availableParallelism();
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const packageFolder = (owner, name) =>
  dirname(createRequire(at(`../../packages/${owner}/package.json`)).resolve(name));
const page = mkdtempSync(join(tmpdir(), 'alexnet-bench-'));
const folders = {
  tfjs: join(packageFolder('backend', '@tensorflow/tfjs-backend-wasm/package.json'), 'dist'),
  ort: packageFolder('convert', 'onnxruntime-web'),
};
const network = runtime === 'wasm' ? '' : await onnxNetwork();

await build({
  entry: {
    page: at('chromium-page.mjs'),
    'heap-worker': at('../../packages/backend/dist/heap-worker.js'),
  },
  config: false,
  format: 'esm',
  platform: 'browser',
  noExternal: [/./],
  outDir: page,
  outExtension: () => ({ js: '.js' }),
  silent: true,
});

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, first, ...rest] = pathname.split('/');
  if (threads > 1) {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  }
  if (pathname === '/') {
    response.setHeader('Content-Type', 'text/html');
    return response.end('<!doctype html><script type="module" src="/page.js"></script>');
  }
  if (pathname === '/network.onnx') return response.end(network);
  const path = folders[first] ? join(folders[first], ...rest) : join(page, basename(pathname));
  if (!existsSync(path)) return response.writeHead(404).end();
  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  return response.end(readFileSync(path));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
  timeout: 120_000,
});
const tab = await browser.newPage();
// tfjs' program takes at most half of the cores it is told of.
await tab.addInitScript((count) => {
  Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => count });
}, 2 * threads);
tab.setDefaultTimeout(120_000);
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
await tab.waitForFunction(() => 'ready' in window);
const device = await tab.evaluate((call) => window.ready(...call), [runtime, spec, batch, threads]);
console.log(JSON.stringify({ ready: `Chromium ${browser.version()}, ${device}`, kind: 'wasm' }));
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(await tab.evaluate(() => window.go()));
}
await browser.close();
rmSync(page, { recursive: true });
process.exit(0);
