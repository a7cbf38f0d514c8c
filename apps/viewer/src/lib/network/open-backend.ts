import { type Selection, selectBackend } from '@alexnet/backend';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** What `?backend=` may say; anything else is as if it said nothing. */
const NAMES = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
/** tfjs' WebAssembly program starts this many workers beforehand and waits for ever for one more. */
const MOST_THREADS = 8;

/** The best backend this browser has, or the one `?backend=` asks for. */
export async function openBackend(wanted: string | null): Promise<Selection> {
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  // Without the headers that allow threads, tfjs loads the program that has none.
  setThreadsCount(Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1));
  const prefer = NAMES.find((name) => name === wanted);
  return selectBackend(prefer ? { prefer } : {});
}

/** The little of WebGPU's device that is needed here. */
interface Losable {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}

/** Calls back once when the graphics device behind a backend goes away; tfjs itself does not notice. */
export function whenLost({ tf, name }: Selection, onLost: (reason: string) => void): void {
  if (name !== 'webgpu') return;
  const { device } = tf.backend() as { readonly device?: Losable };
  device?.lost.then(({ reason, message }) => onLost(message || reason));
}
