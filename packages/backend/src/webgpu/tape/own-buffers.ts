import type { Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import type { TfjsWebgpu } from '../tfjs-webgpu.js';
import { type DeviceBuffer, TENSOR_USAGE } from '../webgpu-types.js';

/** A buffer that a variable's values are in whenever a tape is played. */
interface Own {
  readonly buffer: DeviceBuffer;
  /** What tfjs last kept there. */
  dataId?: object;
  users: number;
}

const owned = new WeakMap<Variable, Own>();

/**
 * What is read of a buffer that others write to is not kept: it may come after the next step was
 * submitted, and would be older than the buffer from then on.
 */
export function keepNoCopies(backend: TfjsWebgpu): void {
  const keep = backend.convertAndCacheOnCPU.bind(backend);
  backend.convertAndCacheOnCPU = (dataId, values) =>
    backend.tensorMap.get(dataId).external ? values : keep(dataId, values);
}

/** Buffers that belong to variables, for as long as somebody writes to them in place. */
export interface OwnBuffers {
  readonly buffers: readonly DeviceBuffer[];
  /**
   * Brings the variables' values to their buffers, where they were assigned since, and makes sure that
   * no other tensor shares them: what is written there is the variable's alone.
   */
  settle(): void;
  release(): void;
}

export function ownBuffers(
  tf: Tf,
  backend: TfjsWebgpu,
  variables: readonly Variable[],
): OwnBuffers {
  const owns = variables.map((variable) => {
    const own = owned.get(variable) ?? takeOver(backend, variable);
    owned.set(variable, own);
    own.users++;
    return own;
  });
  return {
    buffers: owns.map(({ buffer }) => buffer),
    settle() {
      variables.forEach((variable, i) => {
        settle(tf, backend, variable, owns[i] as Own);
      });
    },
    release() {
      variables.forEach((variable, i) => {
        release(backend, variable, owns[i] as Own);
      });
    },
  };
}

/** The buffer the variable is in becomes its own, or where others share its values, a new one. */
function takeOver(backend: TfjsWebgpu, { dataId, size }: Variable): Own {
  if (backend.tensorMap.get(dataId).refCount > 1) {
    return { buffer: backend.bufferManager.acquireBuffer(4 * size, TENSOR_USAGE), users: 0 };
  }
  backend.uploadToGPU(dataId);
  const data = backend.tensorMap.get(dataId);
  data.external = true;
  return { buffer: data.resource as DeviceBuffer, dataId, users: 0 };
}

function settle(tf: Tf, backend: TfjsWebgpu, variable: Variable, own: Own): void {
  const data = backend.tensorMap.get(variable.dataId);
  if (data.resource === own.buffer && data.refCount === 1) {
    // A copy that was read before the buffer was taken over is older than what is about to be written.
    data.values = null;
    return;
  }
  const isHere = data.resource === own.buffer;
  moveOut(backend, own);
  if (!isHere) {
    backend.uploadToGPU(variable.dataId);
    copy(backend, backend.tensorMap.get(variable.dataId).resource as DeviceBuffer, own.buffer);
  }
  tf.tidy(() => {
    const place = { buffer: own.buffer, zeroCopy: true } as const;
    variable.assign(backend.createTensorFromGPUData(place, variable.shape, 'float32'));
  });
  own.dataId = variable.dataId;
}

/** Gives whatever tensor is in the buffer another one. */
function moveOut(backend: TfjsWebgpu, { buffer, dataId }: Own): void {
  if (!dataId || !backend.tensorMap.has(dataId)) return;
  const data = backend.tensorMap.get(dataId);
  if (data.resource !== buffer) return;
  const other = backend.bufferManager.acquireBuffer(buffer.size, TENSOR_USAGE);
  copy(backend, buffer, other);
  data.resource = other;
  data.external = false;
}

function copy(backend: TfjsWebgpu, from: DeviceBuffer, to: DeviceBuffer): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder?.copyBufferToBuffer(from, 0, to, 0, from.size);
}

/** The buffer becomes one like others: of the tensor that is in it, or of nobody. */
function release(backend: TfjsWebgpu, variable: Variable, own: Own): void {
  own.users--;
  if (own.users > 0) return;
  owned.delete(variable);
  const { buffer, dataId } = own;
  const data = dataId && backend.tensorMap.has(dataId) ? backend.tensorMap.get(dataId) : undefined;
  if (data?.resource === buffer) data.external = false;
  else backend.bufferManager.releaseBuffer(buffer);
}
