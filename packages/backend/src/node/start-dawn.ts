import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Gpu } from '../webgpu/webgpu-types.js';

/** Dawn's Node module. Source: the README of npm's `webgpu`. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

/**
 * Half precision on NVIDIA's cards and matrices of subgroups, which Dawn keeps behind switches: they are used
 * only where they compute what float32 does. Source: the toggles of Dawn.
 */
const FEATURES = 'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia';

/** Else timestamps are rounded to 65 µs, as a page has them. Source: the toggles of Dawn. */
const EXACT_TIMES = 'disable-dawn-features=timestamp_quantization';

/**
 * Starts Dawn and makes it the `navigator.gpu` of this process.
 *
 * @param options others, as the README of npm's `webgpu` lists them: `backend=null`
 */
export async function startDawn(options: readonly string[]): Promise<Gpu> {
  const dawn = await importDawn();
  const instance = dawn.create([...options, FEATURES, EXACT_TIMES]);
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
