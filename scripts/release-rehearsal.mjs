import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageManager, root, run } from './steps.mjs';

/**
 * The next release, rehearsed in a copy: `changeset version`, then every package packed as it would be
 * published. Nothing is sent anywhere. Fails when a tarball still speaks of the workspace, has another
 * version than the rest, or lacks its license, README or what its exports promise.
 */

const copy = mkdtempSync(join(tmpdir(), 'alexnet-release-'));
const pnpm = (...args) => run('npx', ['--yes', packageManager, ...args], { cwd: copy });
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const problems = [];

function must(code, what) {
  if (code !== 0) throw new Error(`${what} failed in ${copy}`);
}

/** Everything git knows or does not ignore, and the builds. */
function copyWorkTree() {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  for (const folder of workspaces()) {
    const dist = join(folder, 'dist');
    if (existsSync(join(root, dist)))
      cpSync(join(root, dist), join(copy, dist), { recursive: true });
  }
}

function workspaces() {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
}

const tarballs = join(copy, 'tarballs');

/** Packs them all, by one call. */
function packAll(folders) {
  mkdirSync(tarballs);
  const filters = folders.map((folder) => `--filter=./${folder}`);
  const args = ['--yes', packageManager, ...filters, 'pack', '--pack-destination', tarballs];
  must(run('npx', args, { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] }), 'packing');
}

/** Says what is wrong with the tarball of a package. */
function checkTarball(folder, version) {
  const { name, version: own } = readJson(join(copy, folder, 'package.json'));
  const target = join(tarballs, folder);
  mkdirSync(target, { recursive: true });
  const tarball = `${name.replace('@', '').replace('/', '-')}-${own}.tgz`;
  execFileSync('tar', ['xzf', join(tarballs, tarball)], { cwd: target });
  const inside = join(target, 'package');
  const text = readFileSync(join(inside, 'package.json'), 'utf8');
  const manifest = JSON.parse(text);
  const complain = (what) => problems.push(`${manifest.name}: ${what}`);
  if (manifest.version !== version) complain(`version ${manifest.version}, the others ${version}`);
  if (/workspace:|catalog:|@alexnet\/source/.test(text))
    complain('its manifest speaks of the workspace');
  for (const file of ['README.md', 'LICENSE']) {
    if (!existsSync(join(inside, file))) complain(`no ${file}`);
  }
  const filesOf = (target) =>
    typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf);
  const promised = Object.values(manifest.exports ?? {}).flatMap(filesOf);
  for (const file of [...promised, ...Object.values(manifest.bin ?? {})]) {
    if (!file.includes('*') && !existsSync(join(inside, file))) complain(`${file} is missing`);
  }
  return `${manifest.name}@${manifest.version}`;
}

try {
  copyWorkTree();
  must(pnpm('install', '--frozen-lockfile', '--prefer-offline', '--silent'), 'installing');
  must(pnpm('exec', 'changeset', 'version'), 'changeset version');
  const published = workspaces().filter(
    (folder) => !readJson(join(copy, folder, 'package.json')).private,
  );
  const { version } = readJson(join(copy, 'packages/model/package.json'));
  packAll(published);
  for (const folder of published) {
    process.stdout.write(`${checkTarball(folder, version)}\n`);
    const { name } = readJson(join(copy, folder, 'package.json'));
    const changes = join(copy, folder, 'CHANGELOG.md');
    const said = existsSync(changes) && readFileSync(changes, 'utf8').includes(`## ${version}`);
    if (!said) problems.push(`${name}: CHANGELOG.md says nothing of ${version}`);
  }
  if (process.argv.includes('--publish')) {
    must(pnpm('publish', '--recursive', '--dry-run', '--no-git-checks'), 'pnpm publish --dry-run');
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
