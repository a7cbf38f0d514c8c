import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Tf } from '../selection/tf.js';
import { registerTrainingKernels } from '../wasm/register-training-kernels.js';
import { loadTf } from './load-tf.js';
import { processorName } from './processor-name.js';

/** Prepares the wasm backend in Node, with the kernels training needs. */
export async function openWasm(): Promise<{ readonly tf: Tf; readonly device: string }> {
  const tf = loadTf();
  const require = createRequire(import.meta.url);
  const wasm =
    require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  // The folder is named outright: a bundled program would look beside itself.
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  wasm.setWasmPaths(`${join(folder, 'dist')}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the wasm module does not start');
  registerTrainingKernels(tf);
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'SIMD' : 'no SIMD';
  return { tf, device: `${processorName()}, WebAssembly ${simd}` };
}
