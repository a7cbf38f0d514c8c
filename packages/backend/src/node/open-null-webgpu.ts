import { createRequire } from 'node:module';
import type { Tf } from '../selection/tf.js';
import { findAdapter } from '../webgpu/adapter.js';
import { prepareWebgpu } from '../webgpu/open-webgpu.js';
import { loadTf } from './load-tf.js';
import { startDawn } from './start-dawn.js';

/**
 * WebGPU on Dawn's null backend as the current backend of a process that opens no other: it takes and
 * checks every command, computes nothing and gives zeros. For measuring what a processor has to do for a
 * GPU; needs none. It binds 128 MiB at once and has 512 MiB in all.
 */
export async function openNullWebgpu(): Promise<Tf> {
  const adapter = await findAdapter(await startDawn(['backend=null']), true);
  const tf = loadTf();
  const require = createRequire(import.meta.url);
  await prepareWebgpu(tf, adapter, require('@tensorflow/tfjs-backend-webgpu'));
  await tf.setBackend('webgpu');
  return tf;
}
