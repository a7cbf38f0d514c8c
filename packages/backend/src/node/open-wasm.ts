import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Tf } from '../selection/tf.js';
import { startWasm } from '../wasm/start-wasm.js';
import { startHeapThread } from './heap-thread.js';
import { loadTf } from './load-tf.js';
import { processorName } from './processor-name.js';
import { startThreadedWasm } from './threaded-wasm.js';

type WasmPackage = typeof import('@tensorflow/tfjs-backend-wasm');

/** tfjs' own limit on its thread pool. Source: tfjs-backend-wasm/src/cc/backend.cc. */
const MAX_THREADS = 8;

let opened: Promise<string> | undefined;

/** Prepares the wasm backend in Node, with threads and with the kernels training needs. */
export async function openWasm(): Promise<{ readonly tf: Tf; readonly device: string }> {
  const tf = loadTf();
  opened ??= start(tf);
  const backend = await opened;
  await startWasm(tf, startHeapThread);
  return { tf, device: `${processorName()}, ${backend}` };
}

async function start(tf: Tf): Promise<string> {
  const require = createRequire(import.meta.url);
  const wasm = require('@tensorflow/tfjs-backend-wasm') as WasmPackage;
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threads = wantedThreads();
  if (simd && threads > 1) {
    try {
      const module = await startThreadedWasm(folder, threads);
      wasm.setThreadsCount(threads);
      tf.removeBackend('wasm');
      // Priority 2 is the package's own (dist/base.js).
      tf.registerBackend('wasm', () => new wasm.BackendWasm(module as never), 2);
      return `WebAssembly SIMD with ${threads} threads`;
    } catch {
      // One thread is slower but always works.
    }
  }
  // The folder is named outright: a bundled program would look beside itself.
  wasm.setWasmPaths(`${join(folder, 'dist')}/`);
  return simd ? 'WebAssembly SIMD' : 'WebAssembly without SIMD';
}

/** ALEXNET_WASM_THREADS, else one per processor this process may use. */
function wantedThreads(): number {
  const asked = Number(process.env.ALEXNET_WASM_THREADS);
  const wanted = Number.isInteger(asked) && asked > 0 ? asked : availableParallelism();
  return Math.min(wanted, MAX_THREADS);
}
