import type { Tf } from '../selection/tf.js';
import { memoryIsFull, throwIfComplaint } from './complaints.js';
import { memoryOf, type WasmBackend } from './heap.js';
import type { StartThread } from './jobs.js';

/**
 * Makes wasm the current backend, with the kernels of this package, and full memory an error.
 *
 * @param startThread starts a thread for those kernels, as many as tfjs' program has
 * @throws Error when the program does not start
 */
export async function startWasm(tf: Tf, startThread: StartThread): Promise<void> {
  // tfjs takes no listener: its program keeps the `console.warn` it finds when it starts.
  const { console } = globalThis;
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    throwIfComplaint(words.join(' '));
    warn.apply(console, words);
  };
  try {
    if (!(await tf.setBackend('wasm'))) throw new Error('the wasm module does not start');
  } finally {
    console.warn = warn;
  }
  const backend = tf.backend() as WasmBackend;
  refuseNoMemory(backend);
  const { hasHeapKernels, openDesk, registerTrainingKernels } = await import('./kernels.js');
  registerTrainingKernels(tf);
  const isShared = !(memoryOf(backend.wasm).buffer instanceof ArrayBuffer);
  if (isShared && hasHeapKernels()) {
    openDesk(backend, backend.wasm.tfjs.getThreadsCount(), startThread);
  }
}

const refusing = new WeakSet<object>();

/**
 * tfjs would write a tensor for which there is no memory to address 0, or past the end, where the
 * allocator of one thread puts it when its sum passes 4 GiB.
 */
function refuseNoMemory({ wasm }: WasmBackend): void {
  if (refusing.has(wasm)) return;
  refusing.add(wasm);
  // Emscripten's first call puts the function itself in place of one that looks it up.
  wasm._free(wasm._malloc(8));
  const malloc = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = malloc(bytes);
    const end = (address >>> 0) + bytes;
    if (address === 0 || end > memoryOf(wasm).buffer.byteLength) throw memoryIsFull();
    return address;
  };
}
