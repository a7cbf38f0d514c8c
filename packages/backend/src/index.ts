export { BackendError, type BackendErrorCode } from './backend-error.js';
export { selectBackend } from './browser/select-backend.js';
export { type SelfCheck, selfCheck } from './check/self-check.js';
export { type KernelEvent, watchKernels } from './kernels/register-kernel.js';
export { BACKEND_NAMES, type BackendName, parseBackendName } from './selection/backend-name.js';
export type { PassedOver, Selection, SelectOptions } from './selection/select.js';
export type { Tf } from './selection/tf.js';
export { registerTrainingKernels } from './wasm/register-training-kernels.js';
