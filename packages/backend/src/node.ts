export type { Precision } from '@alexnet/model';
export { BackendError, type BackendErrorCode } from './backend-error.js';
export { type SelfCheck, selfCheck } from './check/self-check.js';
export {
  type BackendReport,
  type Diagnosis,
  diagnoseBackends,
} from './diagnose/diagnose-backends.js';
export { type KernelEvent, watchKernels } from './kernels/register-kernel.js';
export { openNullWebgpu } from './node/open-null-webgpu.js';
export { processorFlags } from './node/processor-flags.js';
export { selectBackend } from './node/select-backend.js';
export { BACKEND_NAMES, type BackendName, parseBackendName } from './selection/backend-name.js';
export type { PassedOver, Selection, SelectOptions } from './selection/select.js';
export type { Tf } from './selection/tf.js';
export type { BuiltAddon } from './tensorflow/built-addon.js';
export { type JoinOptions, joinCollectives } from './tensorflow/collectives/join-collectives.js';
export { processEnvironment } from './tensorflow/collectives/worker-process.js';
export {
  type InstallOptions,
  type InstallPlan,
  type InstallProgress,
  type InstallStage,
  installTensorflow,
  planInstallation,
} from './tensorflow/install-tensorflow.js';
export { removeTensorflow } from './tensorflow/remove-tensorflow.js';
export { setPrecision } from './tensorflow/step/precision.js';
export { parseTensorflowSource, type TensorflowSource } from './tensorflow/tensorflow-source.js';
export { registerTrainingKernels } from './wasm/register-training-kernels.js';
export type { DeviceFeature } from './webgpu/device-features.js';
export type { TileReport } from './webgpu/tiles/search-tiles.js';
export type { FoundTile } from './webgpu/tiles/tile-record.js';
export { type KernelTime, timeKernels } from './webgpu/time-kernels.js';
