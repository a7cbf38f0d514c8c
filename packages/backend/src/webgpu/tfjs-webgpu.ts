import type { Precision } from '@alexnet/model';
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { CommandEncoder, ComputePass, Device, DeviceBuffer, Queue } from './webgpu-types.js';

/** What of tfjs' WebGPUBackend is taken hold of here. Source: its dist/backend_webgpu.js, 4.22. */
export interface TfjsWebgpu {
  readonly device: Device;
  /** In what products compute: see `setPrecision`; fp32 where left out. */
  readonly precision?: Precision;
  /** Which tiles its products have. */
  readonly tiles?: { readonly version: number };
  queue: Queue;
  bufferManager: BufferSource;
  readonly tensorMap: {
    has(dataId: object): boolean;
    get(dataId: object): TensorData;
  };
  readonly commandEncoder: CommandEncoder | null;
  /** The pass that programs are recorded in; null where the next one begins another. */
  computePassEncoder: ComputePass | null;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: object): void;
  write(values: unknown, shape: number[], dtype: DataType): object;
  /** Whether nothing is left of it, or will be once the commands that use it are submitted. */
  disposeData(dataId: object, force?: boolean): boolean;
  /** Keeps what was read beside the buffer, and returns it. */
  convertAndCacheOnCPU(dataId: object, values: unknown): unknown;
  recordAndSubmit(
    program: object,
    output: TensorInfo,
    inputs: readonly TensorInfo[],
    ...rest: unknown[]
  ): void;
  runWebGPUProgram(
    program: { readonly outputShape: readonly number[] },
    inputs: readonly TensorInfo[],
    ...rest: unknown[]
  ): TensorInfo;
  read(dataId: object): Promise<unknown>;
  readSync(dataId: object): unknown;
  makeTensorInfo(shape: readonly number[], dtype: DataType): TensorInfo;
  createTensorFromGPUData(
    data: { readonly buffer: DeviceBuffer; readonly zeroCopy: true },
    shape: readonly number[],
    dtype: DataType,
  ): Tensor;
  /** Of {@link reportErrorsOnRead}: waits for values, and throws what the device had to complain of. */
  whenSound?<T>(values: Promise<T>): Promise<T>;
}

/** Half of a tensor that the backend keeps. */
export interface TensorData {
  readonly dtype: string;
  /** On the processor; a copy where `resource` is there too. */
  values: unknown;
  resource?: DeviceBuffer | null;
  readonly refCount: number;
  /** Whether the buffer is somebody else's to free. */
  external?: boolean;
}

/** Where its buffers come from and go to. */
export interface BufferSource {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean): DeviceBuffer;
  releaseBuffer(buffer: DeviceBuffer, reuse?: boolean): void;
}

/** Submits what was recorded before: what is submitted from here on comes after it. */
export function flush(backend: TfjsWebgpu): void {
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}
