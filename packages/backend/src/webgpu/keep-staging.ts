import type { Device, DeviceBuffer } from './webgpu-types.js';

/** The uploading half of tfjs' WebGPUBackend. */
interface Uploader {
  readonly tensorMap: {
    get(dataId: object): { dtype: string; values: unknown; resource?: unknown } | undefined;
  };
  readonly bufferManager: { acquireBuffer(size: number, usage: number): DeviceBuffer };
  readonly commandEncoder: {
    copyBufferToBuffer(
      from: DeviceBuffer,
      fromOffset: number,
      to: DeviceBuffer,
      toOffset: number,
      size: number,
    ): void;
  } | null;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** GPUBufferUsage and GPUMapMode. Source: the WebGPU specification. */
const [MAP_WRITE, COPY_SRC, COPY_DST, STORAGE] = [0x2, 0x4, 0x8, 0x80];
const WRITE_MODE = 0x2;

/** Smaller uploads go the way of tfjs, in bytes. */
const LEAST = 2 ** 20;
/** Buffers kept: the images of the steps under way. */
const KEPT = 4;

/**
 * Keeps the staging buffers of large uploads for the next upload of the same size.
 *
 * tfjs creates one for each tensor it uploads and destroys it afterwards, so that a batch of 128
 * images, 75 MiB, costs an allocation, the clearing that WebGPU demands and the pinning of its pages
 * in every step. A buffer is mapped again once the GPU has read it; until then another is made.
 */
export function keepStaging(backend: object, device: Device): void {
  const uploader = backend as Uploader;
  const idle: DeviceBuffer[] = [];
  let recorded: DeviceBuffer[] = [];

  const take = (size: number): DeviceBuffer => {
    const index = idle.findIndex((buffer) => buffer.size === size);
    const kept = index < 0 ? undefined : idle.splice(index, 1)[0];
    const usage = MAP_WRITE | COPY_SRC;
    return kept ?? device.createBuffer({ size, usage, mappedAtCreation: true });
  };
  const give = (buffer: DeviceBuffer) => {
    idle.push(buffer);
    if (idle.length > KEPT) idle.shift()?.destroy();
  };

  const upload = uploader.uploadToGPU.bind(backend);
  uploader.uploadToGPU = (dataId) => {
    const data = uploader.tensorMap.get(dataId);
    const values = data?.dtype === 'float32' ? data.values : null;
    if (!data || data.resource || !(values instanceof Float32Array) || values.byteLength < LEAST) {
      upload(dataId);
      return;
    }
    const size = values.byteLength;
    const staging = take(size);
    new Float32Array(staging.getMappedRange()).set(values);
    staging.unmap();
    const buffer = uploader.bufferManager.acquireBuffer(size, STORAGE | COPY_SRC | COPY_DST);
    uploader.ensureCommandEncoderReady();
    uploader.endComputePassEncoder();
    uploader.commandEncoder?.copyBufferToBuffer(staging, 0, buffer, 0, size);
    recorded.push(staging);
    data.resource = buffer;
    data.values = null;
  };

  const submit = uploader.submitQueue.bind(backend);
  uploader.submitQueue = () => {
    submit();
    for (const staging of recorded) {
      staging.mapAsync(WRITE_MODE).then(
        () => give(staging),
        () => staging.destroy(),
      );
    }
    recorded = [];
  };
}
