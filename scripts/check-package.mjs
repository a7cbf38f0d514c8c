import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { packageManager, root, run } from './steps.mjs';

/** Packs the package in the current folder as it would be published and checks what users would get. */

const cwd = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'alexnet-pack-'));
const bin = (name) => join(root, 'node_modules', '.bin', name);

/**
 * What the package's code and types import without depending on it: where it is installed alone, they
 * are not found.
 */
function missingDependencies(folder) {
  const { name, dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const known = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
  const files = readdirSync(join(folder, 'dist'), { recursive: true });
  return files
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .flatMap((file) =>
      ts
        .preProcessFile(readFileSync(join(folder, 'dist', file), 'utf8'), true, true)
        .importedFiles.map(({ fileName }) => ({ file, fileName })),
    )
    .filter(({ fileName }) => !/^(\.|node:)/.test(fileName) && !builtinModules.includes(fileName))
    .filter(({ fileName }) => !known.has(fileName.match(/^(@[^/]+\/)?[^/]+/)[0]))
    .map(({ file, fileName }) => `dist/${file} imports ${fileName}, which is no dependency`);
}

let failed = run('npx', ['--yes', packageManager, 'pack', '--pack-destination', scratch], { cwd });
if (failed === 0) {
  const tarball = join(scratch, readdirSync(scratch)[0]);
  failed += run(bin('publint'), ['--strict', tarball], { cwd });
  // A package that is a command only has no types to resolve.
  if (JSON.parse(readFileSync('package.json', 'utf8')).exports)
    failed += run(bin('attw'), [tarball, '--profile', 'esm-only'], { cwd });
  execFileSync('tar', ['xzf', tarball, '-C', scratch]);
  const missing = missingDependencies(join(scratch, 'package'));
  for (const line of missing) process.stderr.write(`${line}\n`);
  failed += missing.length;
}
rmSync(scratch, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
