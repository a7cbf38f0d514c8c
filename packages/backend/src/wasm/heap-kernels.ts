import type { TensorInfo } from '@tensorflow/tfjs-core';
import { memoryOf, type WasmBackend } from './heap.js';
import { HEAP_KERNELS } from './heap-kernels-wasm.js';

/** The exports of `heap-kernels.wat`. Tensors are addresses in bytes, see {@link addressOf}. */
interface HeapKernels {
  /** y [m, n] += x [m, k] w [k, n]; k is a multiple of 4, n of 8, none is 0. */
  addProduct(x: number, w: number, y: number, m: number, k: number, n: number): void;
  /** v = momentum v - rate g - pull w, then w = w + v, in place and in float32. */
  momentumUpdate(
    w: number,
    v: number,
    g: number,
    count: number,
    momentum: number,
    rate: number,
    pull: number,
  ): void;
}

const instances = new WeakMap<WebAssembly.Memory, HeapKernels>();

/** Whether this engine has SIMD; without it the kernels of {@link heapKernels} do not compile. */
export function hasHeapKernels(): boolean {
  return WebAssembly.validate(binary('plain'));
}

/** Kernels of our own on the memory of tfjs' WebAssembly program. */
export function heapKernels({ wasm }: WasmBackend): HeapKernels {
  const memory = memoryOf(wasm);
  let kernels = instances.get(memory);
  if (!kernels) {
    const code = new WebAssembly.Module(
      binary(memory.buffer instanceof ArrayBuffer ? 'plain' : 'shared'),
    );
    const { exports } = new WebAssembly.Instance(code, { tfjs: { memory } });
    kernels = exports as unknown as HeapKernels;
    instances.set(memory, kernels);
  }
  return kernels;
}

/** Where a tensor's first byte is. */
export function addressOf(backend: WasmBackend, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

function binary(memory: keyof typeof HEAP_KERNELS): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(HEAP_KERNELS[memory]), (c) => c.charCodeAt(0));
}
