import { Worker } from 'node:worker_threads';
import type { StartThread } from '../wasm/jobs.js';

const SOURCE = `
const { code, memory, job, thread } = require('node:worker_threads').workerData;
new WebAssembly.Instance(code, { tfjs: { memory } }).exports.work(job, thread);
`;

/** Starts a thread for the jobs of the kernels on tfjs' memory; it keeps no program alive. */
export const startHeapThread: StartThread = ({ code, memory }, job, thread) => {
  const workerData = { code, memory, job, thread };
  // Flags of this process must not apply: `--input-type=module` would make the text a module.
  const worker = new Worker(SOURCE, { eval: true, execArgv: [], workerData });
  worker.unref();
  // One that cannot start leaves its share to the others.
  worker.on('error', () => undefined);
};
