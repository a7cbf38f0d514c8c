import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { SHOWCASE } from '../src/lib/weights/showcase.js';

const PACKAGE = dirname(fileURLToPath(import.meta.resolve('@alexnet/showcase/package.json')));

/** Puts the networks of @alexnet/showcase beside the page as run folders, `showcase/two-towers/…`. */
export function showcase(): Plugin {
  return {
    name: 'alexnet-showcase',
    configureServer({ middlewares }) {
      middlewares.use('/showcase', (request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').slice(1);
        const content = runFiles().get(path);
        if (content === undefined) next();
        else response.end(content());
      });
    },
    generateBundle() {
      for (const [path, content] of runFiles()) {
        this.emitFile({ type: 'asset', fileName: `showcase/${path}`, source: content() });
      }
    },
  };
}

/** Every file of the runs by its path, with the index a page asks for. */
function runFiles(): Map<string, () => string | Uint8Array> {
  const files = new Map<string, () => string | Uint8Array>();
  for (const name of SHOWCASE.map(({ folder }) => basename(folder))) {
    const filters = readdirSync(join(PACKAGE, name, 'filters')).sort();
    const index = JSON.stringify({ weights: true, metrics: true, filters });
    files.set(`${name}/index.json`, () => index);
    const onDisk = [
      'weights.safetensors',
      'metrics.jsonl',
      ...filters.map((file) => `filters/${file}`),
    ];
    for (const file of onDisk) {
      files.set(`${name}/${file}`, () => readFileSync(join(PACKAGE, name, file)));
    }
  }
  return files;
}
