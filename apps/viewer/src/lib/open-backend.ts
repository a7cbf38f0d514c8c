import { type Selection, selectBackend } from '@alexnet/backend';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** What `?backend=` may say; anything else is as if it said nothing. */
const NAMES = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;

/** The best backend this browser has, or the one `?backend=` asks for. */
export async function openBackend(wanted: string | null): Promise<Selection> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  const prefer = NAMES.find((name) => name === wanted);
  return selectBackend(prefer ? { prefer } : {});
}
