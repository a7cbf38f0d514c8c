import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageManager, root, run } from './steps.mjs';

/** Packs the package in the current folder as it would be published and checks what users would get. */

const cwd = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'alexnet-pack-'));
const bin = (name) => join(root, 'node_modules', '.bin', name);

let failed = run('npx', ['--yes', packageManager, 'pack', '--pack-destination', scratch], { cwd });
if (failed === 0) {
  const tarball = join(scratch, readdirSync(scratch)[0]);
  failed += run(bin('publint'), ['--strict', tarball], { cwd });
  // A package that is a command only has no types to resolve.
  if (JSON.parse(readFileSync('package.json', 'utf8')).exports)
    failed += run(bin('attw'), [tarball, '--profile', 'esm-only'], { cwd });
}
rmSync(scratch, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
