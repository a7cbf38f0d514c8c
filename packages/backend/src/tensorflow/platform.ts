import { BackendError } from '../backend-error.js';

/** Throws where TensorFlow's wheels cannot be used: they are built against glibc on Linux. */
export function checkPlatform(): void {
  if (process.platform !== 'linux') {
    throw new BackendError(
      'platform',
      `building the TensorFlow addon is supported on Linux, not on ${process.platform}: install @tensorflow/tfjs-node with its own script there, or use the wasm backend`,
    );
  }
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    throw new BackendError('platform', `TensorFlow has no wheel for ${process.arch} processors`);
  }
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  if (!report.header?.glibcVersionRuntime) {
    throw new BackendError(
      'platform',
      'TensorFlow wheels need glibc and this Linux uses musl: use a glibc image (e.g. node:22-slim), or the wasm backend',
    );
  }
}
