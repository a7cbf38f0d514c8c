import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';

/** What tfjs-backend-wasm's backend offers its own kernels. Source: its dist/backend_wasm.d.ts. */
export interface WasmBackend extends KernelBackend {
  readonly wasm: WasmProgram;
  readonly dataIdMap: {
    /** The program's own number of a tensor and the address of its first byte. */
    get(dataId: TensorInfo['dataId']): { readonly id: number; readonly memoryOffset: number };
  };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  /** A view of a tensor inside the wasm memory; it dies when the memory grows, so take it last. */
  typedArrayFromHeap(info: TensorInfo): Float32Array;
  disposeData(dataId: TensorInfo['dataId']): boolean;
}

/** The Emscripten program behind it. */
interface WasmProgram {
  /** With threads only. */
  readonly wasmMemory?: WebAssembly.Memory;
  readonly asm: { readonly memory: WebAssembly.Memory };
  /** Address of so many bytes; 0 where there is no room. */
  _malloc(bytes: number): number;
  _free(address: number): void;
  readonly tfjs: {
    /** Of a program with threads. */
    getThreadsCount(): number;
    disposeData(id: number): void;
    registerTensor(id: number, size: number, address: number): void;
  };
}

/** The memory of the program, which with threads is shared. */
export function memoryOf({ wasmMemory, asm }: WasmProgram): WebAssembly.Memory {
  return wasmMemory ?? asm.memory;
}

type Inputs = Readonly<Record<string, TensorInfo>>;
type Attributes = Readonly<Record<string, unknown>>;

/** Runs a registered wasm kernel on raw tensors: no tape, no tidy, the caller disposes the result. */
export function runWasmKernel(
  tf: Tf,
  backend: WasmBackend,
  name: string,
  inputs: Inputs,
  attrs: Attributes = {},
): TensorInfo {
  const kernel = tf.getKernel(name, 'wasm');
  if (!kernel) throw new Error(`tfjs-backend-wasm has no ${name} kernel; 4.22 or newer is needed`);
  const result = kernel.kernelFunc({
    inputs: inputs as Record<string, TensorInfo>,
    backend,
    attrs: attrs as Record<string, never>,
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (!first) throw new Error(`the wasm kernel ${name} returned nothing`);
  return first;
}

/** Runs `work` and disposes the tensors it hands to `keep` afterwards, also when it throws. */
export function withTemporaries<T>(
  backend: WasmBackend,
  work: (keep: (tensor: TensorInfo) => TensorInfo) => T,
): T {
  const temporaries: TensorInfo[] = [];
  try {
    return work((tensor) => {
      temporaries.push(tensor);
      return tensor;
    });
  } finally {
    for (const { dataId } of temporaries) backend.disposeData(dataId);
  }
}
