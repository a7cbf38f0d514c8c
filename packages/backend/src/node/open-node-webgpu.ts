import { createRequire } from 'node:module';
import { findAdapter } from '../webgpu/adapter.js';
import { type OpenedWebgpu, openOnce } from '../webgpu/open-once.js';
import { openWebgpu } from '../webgpu/open-webgpu.js';
import type { Gpu } from '../webgpu/webgpu-types.js';
import { mayHaveGpu } from './gpu-device.js';
import { loadTf } from './load-tf.js';
import { startDawn } from './start-dawn.js';
import { tileSource } from './tile-file.js';

const once = /* @__PURE__ */ openOnce();

/** Dawn without a device that was opened. */
let unused: Gpu | undefined;

/** Prepares WebGPU in Node through Dawn, npm's `webgpu`, an optional peer: once, until its device is lost. */
export function openNodeWebgpu(options: {
  readonly allowSoftware: boolean;
}): Promise<OpenedWebgpu> {
  return once(() => open(options));
}

async function open(options: { readonly allowSoftware: boolean }): Promise<OpenedWebgpu> {
  if (!options.allowSoftware && !mayHaveGpu()) throw new Error('this machine shows no GPU device');
  unused ??= await startDawn([]);
  const adapter = await findAdapter(unused, options.allowSoftware);
  const tf = loadTf();
  const require = createRequire(import.meta.url);
  const webgpu =
    require('@tensorflow/tfjs-backend-webgpu') as typeof import('@tensorflow/tfjs-backend-webgpu');
  const device = `${await openWebgpu(tf, adapter, webgpu, tileSource())}, WebGPU (Dawn)`;
  unused = undefined;
  return { tf, device };
}
