import type { AlexNetKernels } from '@alexnet/model';
import type * as tfjs from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';
import type { TensorflowBackend } from '../tensorflow/ops/raw-ops.js';
import type { WasmBackend } from '../wasm/heap.js';
import type { WebgpuBackend } from '../webgpu/kernels/program.js';

/** The backends kernels are written for here, as their kernels see them. */
interface Backends {
  readonly tensorflow: TensorflowBackend;
  readonly wasm: WasmBackend;
  readonly webgpu: WebgpuBackend;
}

interface TfjsKernel<Input extends string, Attributes, Optional extends string = never> {
  readonly inputs: Readonly<Record<Input, TensorInfo> & Partial<Record<Optional, TensorInfo>>>;
  readonly attrs: Readonly<Attributes>;
}

type Fused = 'bias' | 'preluActivationWeights';

/** The kernels of tfjs that are replaced here. Source: tfjs-core/dist/kernel_names.d.ts. */
interface TfjsKernels {
  Add: TfjsKernel<'a' | 'b', object>;
  AddN: { readonly inputs: readonly TensorInfo[]; readonly attrs: object };
  BatchMatMul: TfjsKernel<'a' | 'b', tfjs.BatchMatMulAttrs>;
  Conv2D: TfjsKernel<'x' | 'filter', tfjs.Conv2DAttrs>;
  Conv2DBackpropFilter: TfjsKernel<'x' | 'dy', tfjs.Conv2DBackpropFilterAttrs>;
  Conv2DBackpropInput: TfjsKernel<'dy' | 'filter', tfjs.Conv2DBackpropInputAttrs>;
  FusedConv2D: TfjsKernel<'x' | 'filter', tfjs.FusedConv2DAttrs, Fused>;
  _FusedMatMul: TfjsKernel<'a' | 'b', tfjs._FusedMatMulAttrs, Fused>;
  Identity: TfjsKernel<'x', object>;
  LRN: TfjsKernel<'x', tfjs.LRNAttrs>;
  MaxPool: TfjsKernel<'x', tfjs.MaxPoolAttrs>;
  MaxPoolGrad: TfjsKernel<'dy' | 'input' | 'output', tfjs.MaxPoolGradAttrs>;
  PadV2: TfjsKernel<'x', tfjs.PadV2Attrs>;
  Relu: TfjsKernel<'x', object>;
  Sum: TfjsKernel<'x', tfjs.SumAttrs>;
}

type Kernels = AlexNetKernels & TfjsKernels;
type BackendName = keyof Backends;
type KernelName = keyof Kernels & string;

/** One call of a kernel. */
export interface KernelRun<
  Backend extends BackendName = BackendName,
  Name extends KernelName = KernelName,
> {
  readonly inputs: Kernels[Name]['inputs'];
  readonly attrs: Kernels[Name]['attrs'];
  readonly backend: Backends[Backend];
  /** Hands this very call to the kernel tfjs has of this name: what a replacement does not take. */
  readonly fallBack: () => KernelOutput;
  /** That kernel, for parts of the work; throws where tfjs has none. */
  readonly tfjsKernel: (
    inputs: Kernels[Name]['inputs'],
    attrs: Kernels[Name]['attrs'],
  ) => TensorInfo;
}

type KernelOutput = TensorInfo | readonly TensorInfo[];

/** One kernel of this package that ran. */
export interface KernelEvent {
  readonly backend: BackendName;
  readonly kernel: string;
  /** False where it handed the call to the kernel of tfjs it replaces. */
  readonly isFast: boolean;
}

const listeners = new Set<(event: KernelEvent) => void>();

/** Tells `listener` of every kernel of this package that runs, until the function returned is called. */
export function watchKernels(listener: (event: KernelEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const registered = new WeakMap<object, Set<string>>();

/**
 * Adds a kernel to a backend, in place of tfjs' own where there is one; once in a registry, whoever
 * asks again.
 */
export function registerKernel<Backend extends BackendName, Name extends KernelName>(
  tf: Tf,
  backendName: Backend,
  kernelName: Name,
  kernel: (run: KernelRun<Backend, Name>) => KernelOutput,
): void {
  const registry = tf.engine();
  const names = registered.get(registry) ?? new Set();
  registered.set(registry, names);
  const key = `${backendName} ${kernelName}`;
  if (names.has(key)) return;
  names.add(key);

  const own = tf.getKernel(kernelName, backendName);
  if (own) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    ...(own?.setupFunc ? { setupFunc: own.setupFunc } : {}),
    kernelFunc: (call) => {
      const tfjsKernel = (inputs: unknown, attrs: unknown) => {
        if (!own) throw new Error(`the ${backendName} backend of tfjs has no kernel ${kernelName}`);
        return own.kernelFunc({ ...call, inputs: inputs as never, attrs: attrs as never });
      };
      let isFast = true;
      const output = kernel({
        inputs: call.inputs as never,
        attrs: (call.attrs ?? {}) as never,
        backend: call.backend as Backends[Backend],
        fallBack: () => {
          isFast = false;
          return tfjsKernel(call.inputs, call.attrs);
        },
        tfjsKernel: tfjsKernel as never,
      });
      for (const listener of listeners)
        listener({ backend: backendName, kernel: kernelName, isFast });
      return output as TensorInfo | TensorInfo[];
    },
  });
}
