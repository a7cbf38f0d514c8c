import type { HeapProgram } from '../wasm/heap-kernels.js';

/** What {@link startHeapThread} sends. */
export interface HeapThread extends Pick<HeapProgram, 'code' | 'memory'> {
  /** Address of the record of jobs. */
  readonly job: number;
  /** From 1; the page's own is 0. */
  readonly thread: number;
}

globalThis.onmessage = ({ data }: MessageEvent<HeapThread>) => {
  const { code, memory, job, thread } = data;
  const { exports } = new WebAssembly.Instance(code, { tfjs: { memory } });
  (exports.work as (job: number, thread: number) => void)(job, thread);
};
