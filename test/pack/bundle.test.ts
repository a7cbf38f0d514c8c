import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { run } from './consumer.js';

/** What a bundler makes of the tarballs. A kB is 1,000 bytes; compressed is gzip, level 9. */

const project = inject('project');
const packed = inject('packed');
const DEPENDENCIES = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'sharp',
  'env-paths',
  'proper-lockfile',
];

const measured: string[] = [];
afterAll(() => process.stdout.write(`minified\n${measured.join('\n')}\n`));

async function bundle(code: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: project },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    external: [...DEPENDENCIES, '@tensorflow/*', 'h5wasm', 'fastest-levenshtein', '@julusian/*'],
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

describe('size', () => {
  const codecs = {
    torch: ['readTorchModel', 'writeTorchModel'],
    numpy: ['readNumpyModel', 'writeNumpyModel'],
    caffe: ['readCaffeModel', 'writeCaffeModel'],
    onnx: ['readOnnxModel', 'writeOnnx'],
    tfjs: ['readTfjsModel', 'writeTfjsModel'],
    keras: ['readKerasModel', 'writeKerasWeights'],
    tensorflow: ['readTensorflowModel'],
    'cuda-convnet': ['readConvnetModel'],
    matconvnet: ['readMatconvnetModel'],
  };

  it.each([
    ['*', '@alexnet/model', 15],
    ['*', '@alexnet/augment', 15],
    ['*', '@alexnet/convert', 40],
    ...Object.entries(codecs).flatMap(([codec, names]) =>
      names.map((name) => [`{ ${name} }`, `@alexnet/convert/${codec}`, 12] as const),
    ),
  ] as const)('%s of %s is at most %i kB', async (names, entry, limit) => {
    const bytes = await bundle(`export ${names} from '${entry}';`);
    const size = gzipSync(bytes, { level: 9 }).length / 1000;
    measured.push(`${size.toFixed(1).padStart(6)} of ${limit} kB, compressed  ${entry} ${names}`);
    expect(size).toBeGreaterThan(0.5);
    expect(size).toBeLessThanOrEqual(limit);
  });
});

describe('sideEffects: false', () => {
  const entries = packed.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((path) => !/package\.json$|\*$/.test(path))
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
    ['@alexnet/model', 'topK', 3_500],
    ['@alexnet/augment', 'centerCrop', 1_000],
    ['@alexnet/backend', 'parseBackendName', 800],
    ['@alexnet/convert', 'FormatError', 500],
    ['@alexnet/data', 'UndecodableImageError', 3_500],
    ['@alexnet/trainer', 'rateFactor', 3_500],
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
