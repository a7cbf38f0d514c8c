import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { showcase } from './build/showcase.js';
import { wasmThreads } from './build/wasm-threads.js';

const STATIC = new URL('./static/', import.meta.url);

/** Lists every built file in `sw.js`, so the page works without a network once it has loaded. */
function offline(): Plugin {
  return {
    name: 'alexnet-offline',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => !name.endsWith('.map'));
      const hash = createHash('sha256');
      const staticFiles = readdirSync(STATIC, { recursive: true, encoding: 'utf8' }).filter(
        (name) => /\.(jpg|png|svg)$/.test(name),
      );
      for (const name of staticFiles) hash.update(readFileSync(new URL(name, STATIC)));
      for (const name of files.sort()) {
        const item = bundle[name];
        if (item) hash.update(name).update(item.type === 'chunk' ? item.code : item.source);
      }
      const source = serviceWorker(hash.digest('hex').slice(0, 12), [
        './',
        ...staticFiles.map((name) => `./${name}`),
        ...files.filter((name) => name !== 'index.html').map((name) => `./${name}`),
      ]);
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}

/** Only files of this build are cached: never a reader's own weights or images. */
function serviceWorker(version: string, files: readonly string[]): string {
  return `const CACHE = 'alexnet-viewer-${version}';
const FILES = ${JSON.stringify(files)};
const urls = new Set(FILES.map((file) => new URL(file, self.registration.scope).href));
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((keys) => Promise.all(keys.filter((key) => key !== CACHE && key.startsWith('alexnet-viewer-')).map((key) => caches.delete(key))))
    .then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  url.search = '';
  url.hash = '';
  if (event.request.method !== 'GET' || !urls.has(url.href)) return;
  event.respondWith(caches.match(url.href, { cacheName: CACHE }).then((hit) => hit ?? fetch(event.request)));
});
`;
}

export default defineConfig({
  base: './',
  publicDir: 'static',
  plugins: [svelte(), wasmThreads(), showcase(), offline()],
  resolve: { conditions: ['@alexnet/source', 'module', 'browser', 'import', 'default'] },
  worker: { format: 'es', plugins: () => [wasmThreads()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
});
