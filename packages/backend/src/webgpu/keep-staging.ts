import { stagingOf } from './staging.js';
import type { TensorData, TfjsWebgpu } from './tfjs-webgpu.js';
import { type DeviceBuffer, TENSOR_USAGE } from './webgpu-types.js';

/** Smaller uploads go the way of tfjs, in bytes. */
const LEAST = 2 ** 20;

/**
 * Keeps the staging buffers of large uploads for the next upload of the same size: tfjs creates one for
 * each tensor it uploads and destroys it afterwards.
 */
export function keepStaging(backend: TfjsWebgpu): void {
  const staging = stagingOf(backend.device);
  let recorded: DeviceBuffer[] = [];

  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    const data = backend.tensorMap.get(dataId);
    const values = data && !data.resource ? wordsOf(data) : undefined;
    if (!data || !values || values.byteLength < LEAST) {
      upload(dataId);
      return;
    }
    const filled = staging.fill(values);
    const buffer = backend.bufferManager.acquireBuffer(filled.size, TENSOR_USAGE);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder?.copyBufferToBuffer(filled, 0, buffer, 0, filled.size);
    recorded.push(filled);
    data.resource = buffer;
    data.values = null;
  };

  const submit = backend.submitQueue.bind(backend);
  backend.submitQueue = () => {
    submit();
    for (const buffer of recorded) staging.takeBack(buffer);
    recorded = [];
  };
}

/** Values that lie in memory as the device keeps them; undefined of others. */
function wordsOf({ dtype, values }: TensorData): Float32Array | Int32Array | undefined {
  if (dtype === 'float32' && values instanceof Float32Array) return values;
  if (dtype === 'int32' && values instanceof Int32Array) return values;
  return undefined;
}
