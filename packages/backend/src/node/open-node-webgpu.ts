import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tf } from '../selection/tf.js';
import { findAdapter } from '../webgpu/adapter.js';
import { openWebgpu } from '../webgpu/open-webgpu.js';
import type { Gpu } from '../webgpu/webgpu-types.js';
import { mayHaveGpu } from './gpu-device.js';
import { loadTf } from './load-tf.js';

/** Dawn's Node module. Source: the README of npm's `webgpu`. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

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
  gpu ??= await startDawn();
  const adapter = await findAdapter(gpu, options.allowSoftware);
  const tf = loadTf();
  const require = createRequire(import.meta.url);
  const webgpu =
    require('@tensorflow/tfjs-backend-webgpu') as typeof import('@tensorflow/tfjs-backend-webgpu');
  const device = `${await openWebgpu(tf, adapter, webgpu)}, WebGPU (Dawn)`;
  opened = { tf, device };
  return opened;
}

async function startDawn(): Promise<Gpu> {
  const dawn = await importDawn();
  const instance = dawn.create([]);
  Object.assign(globalThis, dawn.globals);
  // Node 20 has no `navigator`; newer ones have one without `gpu`.
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: instance, configurable: true });
  return instance;
}

async function importDawn(): Promise<Dawn> {
  for (const base of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]) {
    let path: string;
    try {
      path = createRequire(base).resolve('webgpu');
    } catch {
      continue;
    }
    return (await import(pathToFileURL(path).href)) as Dawn;
  }
  throw new Error('the package webgpu is not installed (npm install webgpu)');
}
