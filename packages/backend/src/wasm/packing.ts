import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './heap.js';

type DataId = TensorInfo['dataId'];

const uses = new WeakMap<DataId, number>();

/** How often a matrix has been a factor since it was last written, this time included. */
export function countUse({ dataId }: TensorInfo): number {
  const count = (uses.get(dataId) ?? 0) + 1;
  uses.set(dataId, count);
  return count;
}

/**
 * A tensor of `from`'s value that the caller may write to: `from` itself, with one more reference, if
 * nothing else refers to its memory, else a copy. What XNNPACK has packed of it is dropped.
 */
export function writable(backend: WasmBackend, from: TensorInfo): TensorInfo {
  const { dataId, shape, dtype } = from;
  if (backend.refCount(dataId) > 1) {
    const copy = backend.makeOutput(shape, 'float32');
    backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(from));
    return copy;
  }
  // The program frees what it keeps of a tensor when it is told of the tensor's end, and not the memory.
  const { id, memoryOffset } = backend.dataIdMap.get(dataId);
  const { disposeData, registerTensor } = backend.wasm.tfjs;
  disposeData(id);
  registerTensor(id, backend.typedArrayFromHeap(from).length, memoryOffset);
  uses.delete(dataId);
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
