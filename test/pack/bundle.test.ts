import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { run } from './consumer.js';

/** What a bundler makes of the tarballs. A kB is 1,000 bytes; compressed is gzip, level 9. */

const project = inject('project');
const packed = inject('packed');
const DEPENDENCIES = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'h5wasm',
  'sharp',
  'env-paths',
  'proper-lockfile',
];

const measured: string[] = [];
afterAll(() => process.stdout.write(`minified\n${measured.join('\n')}\n`));

const options = {
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  target: 'es2022',
  platform: 'node',
  external: [...DEPENDENCIES, '@tensorflow/*', 'fastest-levenshtein', '@julusian/*'],
} as const satisfies BuildOptions;

/** One file of `code` and all it imports. */
async function bundle(code: string): Promise<Uint8Array> {
  const stdin = { contents: code, resolveDir: project };
  const { outputFiles } = await build({ ...options, stdin });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** kB, compressed, of what `code` loads at once, and of what each import() adds to it when called. */
async function loads(code: string): Promise<{ first: number; later: Map<string, number> }> {
  const { outputFiles, metafile } = await build({
    ...options,
    stdin: { contents: code, resolveDir: project },
    splitting: true,
    metafile: true,
    outdir: project,
    absWorkingDir: project,
  });
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [
      basename(path),
      gzipSync(contents, { level: 9 }).length / 1000,
    ]),
  );
  const { outputs } = metafile;
  const imports = (file: string, kind: string) =>
    (outputs[file]?.imports ?? [])
      .filter((one) => one.kind === kind && !one.external)
      .map(({ path }) => path);
  const withImports = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const path of imports(file, 'import-statement')) withImports(path, seen);
    return seen;
  };
  const size = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + (sizes.get(basename(file)) ?? Number.NaN), 0);
  const entry = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === '<stdin>') ?? '';
  const first = withImports(entry);
  const later = new Set(Object.keys(outputs).flatMap((file) => imports(file, 'dynamic-import')));
  return {
    first: size(first),
    later: new Map(
      [...later].map((file) => [
        file,
        size([...withImports(file)].filter((one) => !first.has(one))),
      ]),
    ),
  };
}

const kB = (size: number, limit: number) => `${size.toFixed(1).padStart(6)} of ${limit} kB`;

describe('size', () => {
  it.each([
    ['@alexnet/model', 16],
    ['@alexnet/augment', 16],
    ['@alexnet/convert', 30],
    ['@alexnet/convert/torch', 15],
    ['@alexnet/convert/numpy', 12],
    ['@alexnet/convert/caffe', 12],
    ['@alexnet/convert/keras', 12],
    ['@alexnet/convert/tensorflow', 12],
  ] as const)('%s loads at most %i kB at once', async (entry, limit) => {
    const { first } = await loads(`export * from '${entry}';`);
    measured.push(`${kB(first, limit)}, compressed  ${entry}`);
    expect(first).toBeGreaterThan(0.5);
    expect(first).toBeLessThanOrEqual(limit);
  });

  it('a format of convert loads at most 28 kB more when it is used', async () => {
    const { later } = await loads("export { openModel, saveModel } from '@alexnet/convert';");
    for (const [file, size] of later) {
      measured.push(`${kB(size, 28)}, compressed  ${file.replace(/-[-A-Z0-9]+\.js$/, '')}`);
    }
    // Ten kinds of files; ONNX is read and written by code of its own.
    expect(later.size).toBeGreaterThanOrEqual(10);
    expect(Math.max(...later.values())).toBeLessThanOrEqual(28);
  });
});

describe('sideEffects: false', () => {
  const entries = packed.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((path) => !/\.json$|\*$/.test(path))
      .map((path) => `${name}${path.slice(1)}`),
  );

  it('is true: loading the entries changes and starts nothing', () => {
    const script = join(project, 'effects.mjs');
    writeFileSync(script, effectsOf(entries));
    expect(JSON.parse(run(process.execPath, [script], project))).toEqual([]);
  });

  it.each(entries)('%s imported for nothing leaves nothing', async (entry) => {
    expect(new TextDecoder().decode(await bundle(`import '${entry}';`))).toBe('');
  });

  it.each([
    ['@alexnet/model', 'topK', 1_000],
    ['@alexnet/augment', 'centerCrop', 1_200],
    ['@alexnet/backend', 'parseBackendName', 900],
    ['@alexnet/convert', 'FormatError', 500],
    ['@alexnet/data', 'UndecodableImageError', 3_500],
    ['@alexnet/trainer', 'learningRateFactor', 3_500],
  ])('of %s just %s stays, at most %i bytes', async (entry, name, limit) => {
    const { length } = await bundle(`export { ${name} } from '${entry}';`);
    measured.push(`${(length / 1000).toFixed(1).padStart(6)} kB, not compressed  ${entry} ${name}`);
    expect(length).toBeGreaterThan(50);
    expect(length).toBeLessThanOrEqual(limit);
  });
});

/**
 * A program that imports the entries and prints what is different afterwards: globals, built-in
 * prototypes, listeners, timers and open handles.
 */
function effectsOf(names: readonly string[]): string {
  return `
// What the packages build on is loaded before: its own effects are not ours.
await Promise.allSettled(${JSON.stringify(DEPENDENCIES)}.map((name) => import(name)));
const owners = { globalThis, Object, Array, Map, Set, Promise, Math, Error, Float32Array, process };
const look = () => {
  const seen = new Set(process.getActiveResourcesInfo().map((kind) => 'active ' + kind));
  for (const [name, owner] of Object.entries(owners)) {
    for (const key of Reflect.ownKeys(owner)) seen.add(name + '.' + String(key));
    for (const key of Reflect.ownKeys(owner.prototype ?? {}))
      seen.add(name + '.prototype.' + String(key));
  }
  for (const event of process.eventNames()) seen.add('listener ' + String(event));
  return seen;
};
const before = look();
for (const entry of ${JSON.stringify(names)}) await import(entry);
console.log(JSON.stringify([...look()].filter((item) => !before.has(item))));
`;
}
