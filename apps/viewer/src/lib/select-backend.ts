import * as core from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { Selection } from '@alexnet/backend';
import * as layers from '@tensorflow/tfjs-layers';

export async function selectBackend({ prefer }: { prefer?: string }): Promise<Selection> {
  const tf = { ...core, ...layers };
  const passedOver: { name: 'webgpu' | 'wasm'; reason: string }[] = [];
  const gpu = (
    navigator as {
      gpu?: { requestAdapter(): Promise<{ info: { description: string; vendor: string } } | null> };
    }
  ).gpu;
  if (prefer === undefined || prefer === 'webgpu') {
    const adapter = await gpu?.requestAdapter();
    if (adapter) {
      await import('@tensorflow/tfjs-backend-webgpu');
      if (await core.setBackend('webgpu')) {
        await core.ready();
        return {
          tf,
          name: 'webgpu',
          device: adapter.info.description || adapter.info.vendor,
          passedOver,
        };
      }
    }
    passedOver.push({ name: 'webgpu', reason: 'no WebGPU adapter in this browser' });
  }
  if (prefer !== 'cpu') {
    await import('@tensorflow/tfjs-backend-wasm');
    if (await core.setBackend('wasm')) {
      await core.ready();
      return { tf, name: 'wasm', device: 'this processor', passedOver };
    }
  }
  await import('@tensorflow/tfjs-backend-cpu');
  await core.setBackend('cpu');
  return { tf, name: 'cpu', device: 'this processor', passedOver };
}
