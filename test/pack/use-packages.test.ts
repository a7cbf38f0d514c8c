import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { npmProject, run } from './consumer.js';

/** Ten lines of real use of each package, from its tarball, in every form a project may have. */

const ALL = process.env.ALEXNET_TEST_ALL === '1';
const USES = join(import.meta.dirname, 'uses');
const names = readdirSync(USES).map((file) => file.replace(/\.ts$/, ''));
const project = inject('project');
const packed = inject('packed');

function write(folder: string, name: string): void {
  const source = readFileSync(join(USES, `${name}.ts`), 'utf8');
  for (const [format, ending] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ] as const) {
    const { code } = transformSync(source, { loader: 'ts', format, target: 'node20' });
    writeFileSync(join(folder, `${name}.${ending}`), code);
  }
}

it('uses every package that is published, and every entry of it', () => {
  const used = names.map((name) => readFileSync(join(USES, `${name}.ts`), 'utf8')).join('\n');
  const entries = packed
    .flatMap(({ name, manifest }) =>
      Object.keys(manifest.exports ?? {}).map((path) => `${name}${path.slice(1)}`),
    )
    .filter((entry) => !/\.json$|\*$/.test(entry));
  expect(entries.filter((entry) => !used.includes(`'${entry}'`))).toEqual([]);
});

describe.each(ALL ? ['20', '22', '24'] : [process.versions.node])('on Node %s', (version) => {
  let node = process.execPath;
  beforeAll(() => {
    for (const name of names) write(project, name);
    if (!ALL) return;
    const folder = join(inject('scratch'), `node-${version}`);
    // npm's package `node` is Node itself; a script of its own puts the binary in place.
    npmProject(folder, []);
    run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`],
      folder,
    );
    node = join(folder, 'node_modules/node/bin/node');
  });

  it('is that version', () => {
    expect(run(node, ['--version'], project)).toMatch(new RegExp(`^v${version}`));
  });

  it.each(names)('%s, imported', (name) => {
    expect(run(node, [`${name}.mjs`], project)).toContain(`${name} works`);
  });

  it.each(names)('%s, required', (name) => {
    expect(run(node, [`${name}.cjs`], project)).toContain(`${name} works`);
  });

  it('the alexnet command trains, evaluates and converts', () => {
    const alexnet = (...args: string[]) =>
      run(node, ['node_modules/@alexnet/trainer-app/dist/cli.js', ...args], project, {
        ALEXNET_BACKEND: 'wasm',
      });
    const out = `runs/${version}`;
    alexnet('train', '--data', 'images', '--out', out, '--epochs', '1');
    const report = alexnet('eval', '--weights', out, '--data', 'images', '--json');
    expect(JSON.parse(report)).toMatchObject({ data: 'images' });
    alexnet('convert', `${out}/weights.safetensors`, `${out}/model.onnx`);
  });
});

// With everything beside it a package would find what it forgot to depend on.
describe.runIf(ALL)('alone', () => {
  it.each(names)('%s', (name) => {
    const folder = join(inject('scratch'), `alone-${name}`);
    npmProject(folder, neededBy(name));
    write(folder, name);
    run('cp', ['-r', join(project, 'images'), folder], folder);
    expect(run(process.execPath, [`${name}.mjs`], folder)).toContain(`${name} works`);
  });
});

/** What its README says to install: the package, what its use imports, and their siblings' tarballs. */
function neededBy(name: string): string[] {
  const source = readFileSync(join(USES, `${name}.ts`), 'utf8');
  const imported = [...source.matchAll(/(?:from |import\()'((?:@[^/']+\/)?[^/']+)/g)]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('node:'));
  const specs = new Set<string>();
  const add = (wanted: string) => {
    const own = packed.find((candidate) => candidate.name === wanted);
    if (specs.has(own?.tarball ?? wanted)) return;
    specs.add(own?.tarball ?? wanted);
    for (const sibling of Object.keys(own?.manifest.dependencies ?? {}))
      if (sibling.startsWith('@alexnet/')) add(sibling);
  };
  for (const specifier of imported) add(specifier);
  if (name === 'augment') add('@alexnet/data');
  return [...specs];
}
