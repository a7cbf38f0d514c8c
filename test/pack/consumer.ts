import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A package as it would be published. */
export interface Packed {
  readonly name: string;
  readonly tarball: string;
  readonly manifest: {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
    readonly exports?: Readonly<Record<string, unknown>>;
  };
}

/** Runs a command as a user's shell would; throws with all it printed when it fails. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  more: NodeJS.ProcessEnv = {},
): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...userEnvironment(), ...more },
    maxBuffer: 2 ** 28,
  });
  if (error || status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} in ${cwd}: ${error?.message ?? `exit code ${status}`}\n${stdout}${stderr}`,
    );
  return stdout;
}

/** Without what npm, pnpm and vitest tell their children. */
function userEnvironment(): NodeJS.ProcessEnv {
  const own = /^(npm_|INIT_CWD$|VITEST|NODE_ENV$|NODE_OPTIONS$|FORCE_COLOR$)/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))),
    NO_COLOR: '1',
  };
}

/** Packs every package that is not private, as `pnpm publish` would. */
export function packAll(folder: string): Packed[] {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const published = ['packages', 'apps']
    .flatMap((kind) => readdirSync(join(ROOT, kind)).map((name) => join(kind, name)))
    .filter((path) => !readManifest(join(ROOT, path)).private);
  mkdirSync(folder, { recursive: true });
  run(
    'npx',
    [
      '--yes',
      packageManager,
      ...published.map((path) => `--filter=./${path}`),
      'pack',
      '--pack-destination',
      folder,
    ],
    ROOT,
  );
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const tarball = join(folder, file);
      const manifest = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'], folder));
      return { name: manifest.name, tarball, manifest };
    });
}

function readManifest(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** An empty project outside the workspace with these installed by npm. */
export function npmProject(folder: string, specs: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  npmInstall(folder, specs);
}

/** No script of any dependency may be needed: `--ignore-scripts`. */
export function npmInstall(folder: string, specs: readonly string[]): void {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  run('npm', ['install', '--ignore-scripts', ...quiet, ...specs], folder);
}
