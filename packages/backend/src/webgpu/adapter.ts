import type { Adapter, AdapterInfo, Gpu } from './webgpu-types.js';

/** Whether a GPU's name is that of an implementation on the processor, slower than wasm. */
export function isSoftwareName(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(name);
}

/**
 * Finds the adapter to compute on, before the backend itself is loaded.
 * Throws an Error with the reason when there is none, or only a software one and `allowSoftware` is
 * false.
 */
export async function findAdapter(gpu: Gpu | undefined, allowSoftware: boolean): Promise<Adapter> {
  if (!gpu) throw new Error('WebGPU is not available in this browser');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU finds no adapter (GPU or driver)');
  const info = adapter.info ?? {};
  if (!allowSoftware && isSoftware(info)) {
    throw new Error(`the only WebGPU adapter is a software one (${adapterName(info)})`);
  }
  return adapter;
}

/** Whether an adapter computes on the processor. */
export function isSoftware(info: AdapterInfo): boolean {
  return info.isFallbackAdapter === true || isSoftwareName(adapterName(info));
}

/** "SwiftShader driver 5.0.0", or vendor and architecture where the browser hides more. */
export function adapterName(info: AdapterInfo): string {
  const parts = [info.vendor, info.architecture].filter(Boolean).join(' ');
  return info.description || parts || 'unnamed adapter';
}
