import type { TensorInfo } from '@tensorflow/tfjs-core';
import { memoryOf, type WasmBackend } from './heap.js';
import { HEAP_KERNELS } from './heap-kernels-wasm.js';

/** The exports of `heap-kernels.wat`. Tensors are addresses in bytes, see {@link addressOf}. */
export interface HeapKernels {
  /** Computes the units of the job at this address, with the threads that `work` on it. */
  run(job: number, units: number): void;
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
  /** Copies at least one run of bytes, and so many in all, with a step from one to the next. */
  copyRuns(
    from: number,
    to: number,
    count: number,
    bytes: number,
    fromStep: number,
    toStep: number,
  ): void;
}

/** The kernels and what they were made of, for threads to make their own. */
export interface HeapProgram {
  readonly kernels: HeapKernels;
  readonly code: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

const programs = new WeakMap<WebAssembly.Memory, HeapProgram>();

let supported: boolean | undefined;

/** Whether this engine has SIMD; without it the kernels of {@link heapKernels} do not compile. */
export function hasHeapKernels(): boolean {
  supported ??= WebAssembly.validate(binary('plain'));
  return supported;
}

/** Kernels of our own on the memory of tfjs' WebAssembly program. */
export function heapKernels(backend: WasmBackend): HeapKernels {
  return heapProgram(backend).kernels;
}

/** The same with their code, which has relaxed SIMD where the engine does. */
export function heapProgram({ wasm }: WasmBackend): HeapProgram {
  const memory = memoryOf(wasm);
  let program = programs.get(memory);
  if (!program) {
    const kind = memory.buffer instanceof ArrayBuffer ? 'plain' : 'shared';
    const relaxed = binary(`${kind}Relaxed`);
    const code = new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : binary(kind));
    const { exports } = new WebAssembly.Instance(code, { tfjs: { memory } });
    program = { kernels: exports as unknown as HeapKernels, code, memory };
    programs.set(memory, program);
  }
  return program;
}

/** Where a tensor's first byte is. */
export function addressOf(backend: WasmBackend, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset >>> 0;
}

function binary(name: keyof typeof HEAP_KERNELS): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(HEAP_KERNELS[name]), (c) => c.charCodeAt(0));
}
