/** What a page loads only once it computes on wasm. */
export { hasHeapKernels } from './heap-kernels.js';
export { openDesk } from './jobs.js';
export { registerTrainingKernels } from './register-training-kernels.js';
