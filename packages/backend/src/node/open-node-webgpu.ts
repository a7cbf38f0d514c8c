import { createRequire } from 'node:module';
import type { Tf } from '../selection/tf.js';
import { findAdapter } from '../webgpu/adapter.js';
import { openWebgpu } from '../webgpu/open-webgpu.js';
import type { Gpu } from '../webgpu/webgpu-types.js';
import { mayHaveGpu } from './gpu-device.js';
import { loadTf } from './load-tf.js';
import { startDawn } from './start-dawn.js';
import { tileSource } from './tile-file.js';

let gpu: Gpu | undefined;
let opened: { readonly tf: Tf; readonly device: string } | undefined;

/** Prepares WebGPU in Node through Dawn, npm's `webgpu`, an optional peer. */
export async function openNodeWebgpu(options: {
  readonly allowSoftware: boolean;
}): Promise<{ readonly tf: Tf; readonly device: string }> {
  if (opened) {
    await opened.tf.setBackend('webgpu');
    return opened;
  }
  if (!options.allowSoftware && !mayHaveGpu()) throw new Error('this machine shows no GPU device');
  gpu ??= await startDawn([]);
  const adapter = await findAdapter(gpu, options.allowSoftware);
  const tf = loadTf();
  const require = createRequire(import.meta.url);
  const webgpu =
    require('@tensorflow/tfjs-backend-webgpu') as typeof import('@tensorflow/tfjs-backend-webgpu');
  const device = `${await openWebgpu(tf, adapter, webgpu, tileSource())}, WebGPU (Dawn)`;
  opened = { tf, device };
  return opened;
}
