import type { TensorInfo } from '@tensorflow/tfjs-core';
import { memoryOf, type WasmBackend } from './heap.js';
import { HEAP_KERNELS } from './heap-kernels-wasm.js';

/** The exports of `heap-kernels.wat`. Tensors are addresses in bytes, see {@link addressOf}. */
export interface HeapKernels {
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
  /**
   * dx += dy at the first largest x of each channel in a window of at least one pixel. `x` and `dx` are
   * its first pixel, `pixel`, a multiple of 16, and `line` the bytes of a pixel and of a row of x.
   */
  addAtMaxima(
    x: number,
    dx: number,
    dy: number,
    rows: number,
    columns: number,
    pixel: number,
    line: number,
  ): void;
}

const instances = new WeakMap<WebAssembly.Memory, HeapKernels>();

let supported: boolean | undefined;

/** Whether this backend has SIMD; without it the kernels of {@link heapKernels} do not compile. */
export function hasHeapKernels(): boolean {
  supported ??= WebAssembly.validate(binary('plain'));
  return supported;
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
