import { buildAll } from './build.mjs';
import { alexnet, fail, packageManager, run, title } from './steps.mjs';

/** Installs the packages with the pinned pnpm and builds everything. Exits when that fails. */
export async function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`this needs Node 20.19 or newer, this is ${process.versions.node}`);
  }
  title('Installing packages');
  if (run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile']) !== 0) {
    fail('installing packages failed: see the lines above');
  }
  title('Building');
  if ((await buildAll()) !== 0) {
    fail('the build failed: see the lines above');
  }
}

/** Compiles the TensorFlow backend where that is possible; returns whether it is there. */
export function prepareTensorflow() {
  title('TensorFlow backend');
  if (alexnet(['backend', 'install']) === 0) return true;
  process.stdout.write(
    'Going on without TensorFlow: the wasm backend is slower, the rest is the same.\n',
  );
  return false;
}
