import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** An installed tfjs-node package: its JavaScript is used whichever addon runs beneath it. */
export interface TfjsNode {
  readonly name: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  readonly version: string;
  readonly directory: string;
  /** Paths of the addon its own install script fetched; empty where that script did not run. */
  readonly stockAddons: readonly string[];
  readonly require: NodeJS.Require;
}

/** tfjs-node packages reachable from this package, the program or the working directory; GPU first. */
export function locateTfjsNode(): readonly TfjsNode[] {
  const found: TfjsNode[] = [];
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const) {
    const manifest = resolveManifest(name);
    if (!manifest) continue;
    const directory = dirname(manifest);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    found.push({
      name,
      version,
      directory,
      stockAddons: stockAddons(directory),
      require: createRequire(manifest),
    });
  }
  return found;
}

/** An optional peer may be installed beside this package, beside the program or in the project. */
function resolveManifest(name: string): string | undefined {
  const from = [import.meta.url, process.argv[1], join(process.cwd(), 'package.json')];
  for (const base of from) {
    if (!base) continue;
    try {
      const url = base.startsWith('file:') ? base : pathToFileURL(base).href;
      return createRequire(url).resolve(`${name}/package.json`);
    } catch {
      // Not reachable from here; try the next place.
    }
  }
  return undefined;
}

/** `lib/napi-v8/tfjs_binding.node` and its siblings. Source: tfjs-node/package.json "binary". */
function stockAddons(directory: string): readonly string[] {
  try {
    return readdirSync(join(directory, 'lib'))
      .filter((entry) => entry.startsWith('napi-v'))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((entry) => join(directory, 'lib', entry, 'tfjs_binding.node'));
  } catch {
    return [];
  }
}
