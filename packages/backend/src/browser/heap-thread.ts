import type { StartThread } from '../wasm/jobs.js';

/** Starts a thread for the jobs of the kernels on tfjs' memory. One that does not start is not missed. */
export const startHeapThread: StartThread = ({ code, memory }, job, thread) => {
  const worker = new Worker(new URL('./heap-worker.js', import.meta.url), { type: 'module' });
  worker.postMessage({ code, memory, job, thread });
};
