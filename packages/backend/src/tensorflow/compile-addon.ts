import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BackendError } from '../backend-error.js';
import { ADDON_FILE, NAPI_VERSION, PRELOAD_FILE, WORKER_FILE } from './built-addon.js';
import { noSpace } from './download-wheel.js';
import { PRELOAD_SOURCE } from './preload-source.js';
import { runCommand } from './run-command.js';

/** The first C++ compiler that answers: CXX, then g++, then clang++. */
export async function findCompiler(signal?: AbortSignal): Promise<string> {
  for (const compiler of [process.env.CXX, 'g++', 'clang++', 'c++']) {
    if (!compiler) continue;
    const { code } = await runCommand(compiler, ['--version'], { signal });
    if (code === 0) return compiler;
  }
  throw new BackendError(
    'no-compiler',
    'no C++ compiler was found; install one (Debian and Ubuntu: apt install g++) and run this again, or use the wasm backend',
  );
}

/**
 * Compiles tfjs-node's own binding sources, and what this package adds to them, against the unpacked
 * TensorFlow in `directory`.
 * The addon finds the libraries beside itself ($ORIGIN), so the folder can be renamed.
 */
export async function compileAddon(options: {
  readonly compiler: string;
  readonly tfjsNode: string;
  readonly directory: string;
  readonly rpaths?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { compiler, tfjsNode, directory, rpaths = [], signal } = options;
  // The headers of Node-API come from npm: nothing is downloaded for the running Node.
  const require = createRequire(import.meta.url);
  const nodeApiHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const common = [
    '-shared',
    '-fPIC',
    '-O3',
    '-fno-math-errno',
    '-std=c++17',
    '-w',
    `-DNAPI_VERSION=${NAPI_VERSION}`,
    `-I${nodeApiHeaders}`,
    `-I${join(directory, 'include')}`,
    ...['$ORIGIN', ...rpaths].map((path) => `-Wl,-rpath,${path}`),
    `-L${directory}`,
  ];
  const compile = async (args: readonly string[]) => {
    const { code, output } = await runCommand(compiler, [...common, ...args], { signal });
    if (code === 0) return;
    if (/No space left on device/i.test(output)) throw noSpace(directory);
    const line = output.split('\n').find((text) => /error/i.test(text)) ?? output.trim();
    throw new BackendError(
      'compile',
      `${compiler} could not compile the TensorFlow addon: ${line}`,
    );
  };

  const preload = join(directory, 'preload.cc');
  writeFileSync(preload, PRELOAD_SOURCE);
  await compile([preload, '-o', join(directory, PRELOAD_FILE), '-ldl']);
  const backend = dirname(require.resolve('@alexnet/backend/package.json'));
  await compile([
    join(backend, 'addon', 'worker_process.cc'),
    '-o',
    join(directory, WORKER_FILE),
    '-ldl',
  ]);
  // One unit of our own that takes in tfjs-node's two.
  await compile([
    join(backend, 'addon', 'alexnet_addon.cc'),
    `-I${join(tfjsNode, 'binding')}`,
    '-o',
    join(directory, ADDON_FILE),
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
  ]);
  rmSync(preload);
  rmSync(join(directory, 'include'), { recursive: true });
}
