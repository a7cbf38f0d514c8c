import { createRequire } from 'node:module';
import { loadTf } from '../src/node/load-tf.js';
import type { Tf } from '../src/selection/tf.js';
import { prepareWebgpu } from '../src/webgpu/open-webgpu.js';

/**
 * A WebGPU device without a GPU: buffers, copies, mapping and freeing go as the specification says. Of
 * programs the gate of a step runs, always open, and its update, which adds 1 to the weights.
 */
class Buffer {
  readonly size: number;
  readonly usage: number;
  readonly bytes: ArrayBuffer;
  isDestroyed = false;
  private reject: ((reason: Error) => void) | undefined;

  constructor({ size, usage }: { readonly size: number; readonly usage: number }) {
    this.size = size;
    this.usage = usage;
    this.bytes = new ArrayBuffer(size);
  }
  getMappedRange(): ArrayBuffer {
    return this.bytes;
  }
  mapAsync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.reject = reject;
      setTimeout(resolve, 10);
    });
  }
  unmap(): void {
    this.reject?.(
      new DOMException('Buffer was unmapped before mapping was resolved.', 'AbortError'),
    );
  }
  destroy(): void {
    this.unmap();
    this.isDestroyed = true;
  }
}

interface Pass {
  pipeline: { readonly code: string };
  group: { readonly entries: readonly { readonly resource: { readonly buffer: Buffer } }[] };
}

/** What it did, for a test to look at. */
export interface FakeDevice {
  readonly device: object;
  /** Programs compiled so far. */
  compiled(): number;
  /** Bytes of the buffers that are not destroyed. */
  bytesHeld(): number;
  /** Loses the device. */
  lose(): void;
}

function createFakeDevice(): FakeDevice {
  Object.assign(globalThis, {
    GPUBuffer: Buffer,
    GPUTexture: class {},
    GPUExternalTexture: class {},
    GPUBufferUsage: {
      MAP_READ: 1,
      MAP_WRITE: 2,
      COPY_SRC: 4,
      COPY_DST: 8,
      UNIFORM: 64,
      STORAGE: 128,
    },
    GPUMapMode: { READ: 1, WRITE: 2 },
    GPUShaderStage: { COMPUTE: 4 },
  });
  const navigator = { ...globalThis.navigator, gpu: {} };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  const buffers: Buffer[] = [];
  let compiled = 0;
  let lose = () => {};
  const lost = new Promise((resolve) => {
    lose = () => resolve({ reason: 'unknown', message: 'for a test' });
  });
  const run = ({ pipeline, group }: Pass) => {
    const bytesAt = (at: number) => group.entries[at]?.resource.buffer.bytes as ArrayBuffer;
    if (pipeline.code.includes('failed[0] = 1u')) new Uint32Array(bytesAt(3))[0] = 1;
    if (!pipeline.code.includes('velocity[at] = next')) return;
    const weights = new Float32Array(bytesAt(0));
    for (const at of weights.keys()) weights[at] = (weights[at] as number) + 1;
  };
  const device = {
    features: new Set(),
    limits: {
      maxBufferSize: 2 ** 30,
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupsPerDimension: 65_535,
      maxComputeWorkgroupStorageSize: 16_384,
      maxStorageBufferBindingSize: 2 ** 30,
    },
    lost,
    pushErrorScope() {},
    popErrorScope: () => Promise.resolve(null),
    createBuffer(descriptor: ConstructorParameters<typeof Buffer>[0]) {
      const buffer = new Buffer(descriptor);
      buffers.push(buffer);
      return buffer;
    },
    createShaderModule: ({ code }: { readonly code: string }) => ({ code }),
    createComputePipeline: ({ compute }: { readonly compute: { readonly module: object } }) => {
      compiled++;
      return { ...compute.module, getBindGroupLayout: () => ({}) };
    },
    createBindGroup: ({ entries }: Pass['group']) => ({ entries }),
    createCommandEncoder() {
      const commands: (() => void)[] = [];
      const pass = {} as Pass;
      return {
        beginComputePass: () => ({
          setPipeline(pipeline: Pass['pipeline']) {
            pass.pipeline = pipeline;
          },
          setBindGroup(_: number, group: Pass['group']) {
            pass.group = group;
          },
          dispatchWorkgroups() {
            const now = { ...pass };
            commands.push(() => run(now));
          },
          end() {},
        }),
        copyBufferToBuffer(from: Buffer, at: number, to: Buffer, toAt: number, size: number) {
          commands.push(() => {
            if (from.isDestroyed || to.isDestroyed)
              throw new Error('a buffer is used after its end');
            new Uint8Array(to.bytes).set(new Uint8Array(from.bytes, at, size), toAt);
          });
        },
        finish: () => commands,
      };
    },
    queue: {
      writeBuffer(
        buffer: Buffer,
        at: number,
        from: ArrayBufferView | ArrayBuffer,
        start = 0,
        size?: number,
      ) {
        const view = ArrayBuffer.isView(from)
          ? new Uint8Array(from.buffer, from.byteOffset, from.byteLength)
          : new Uint8Array(from, start, size);
        new Uint8Array(buffer.bytes).set(view, at);
      },
      submit(list: readonly (readonly (() => void)[])[]) {
        for (const commands of list) for (const command of commands) command();
      },
      onSubmittedWorkDone: () => Promise.resolve(),
    },
  };
  return {
    device,
    compiled: () => compiled,
    bytesHeld: () =>
      buffers.reduce((sum, { size, isDestroyed }) => sum + (isDestroyed ? 0 : size), 0),
    lose: () => lose(),
  };
}

/** WebGPU on such a device as the current backend. */
export async function openFakeWebgpu(): Promise<{ readonly tf: Tf; readonly fake: FakeDevice }> {
  const tf = loadTf();
  const fake = createFakeDevice();
  const adapter = {
    info: { vendor: 'fake' },
    limits: {},
    features: new Set<string>(),
    requestDevice: () => Promise.resolve(fake.device as never),
  };
  const require = createRequire(import.meta.url);
  await prepareWebgpu(tf, adapter, require('@tensorflow/tfjs-backend-webgpu'));
  await tf.setBackend('webgpu');
  return { tf, fake };
}
