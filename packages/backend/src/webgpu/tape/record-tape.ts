import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import {
  type Binding,
  type CommandEncoder,
  type DeviceBuffer,
  type Pipeline,
  TENSOR_USAGE,
} from '../webgpu-types.js';
import { createTapeBuffers } from './tape-buffers.js';

/** One thing the device does. */
type Command =
  | {
      readonly pipeline: object;
      readonly bindGroup: object;
      readonly workgroups: readonly [number, number, number];
    }
  | {
      readonly from: DeviceBuffer;
      readonly fromOffset: number;
      readonly to: DeviceBuffer;
      readonly toOffset: number;
      readonly size: number;
    };

/** Work that was written down as commands on buffers that stay. */
export interface Tape {
  /** Whether everything it reads that is not its own lies where it lay. */
  isCurrent(): boolean;
  /** Puts all of it into an encoder. */
  play(encoder: CommandEncoder): void;
  /** Frees its buffers. */
  dispose(): void;
}

/** The tape while it is written. */
export interface Recorder {
  /** A buffer of the tape's own, to be kept as it is. */
  createBuffer(size: number, usage: number): DeviceBuffer;
  /** A tensor whose values lie in a buffer that stays; the caller disposes it, not the buffer. */
  tensorAt(buffer: DeviceBuffer, shape: readonly number[], dtype: 'float32' | 'int32'): Tensor;
  bufferOf(tensor: Tensor): DeviceBuffer;
  dispatch(
    pipeline: Pipeline,
    bindings: readonly (DeviceBuffer | Binding)[],
    workgroups: readonly [number, number, number],
  ): void;
}

/**
 * Runs `work` and writes down what it would have the device do; nothing of it is done before the tape
 * is played. Its tensors are freed, which makes room for others within the tape, and their memory is
 * nobody else's until the tape ends.
 *
 * What `work` does must depend on nothing but shapes. Throws where it reads a value back.
 *
 * @param fixed buffers that stay, beside the tape's own
 */
export function recordTape(
  tf: Tf,
  backend: TfjsWebgpu,
  fixed: ReadonlySet<DeviceBuffer>,
  work: (recorder: Recorder) => void,
): Tape {
  flush(backend);
  const { device, queue, bufferManager, tensorMap } = backend;
  const buffers = createTapeBuffers(device, bufferManager);
  const commands: Command[] = [];
  const encoder = writeDown(commands);
  const made = new WeakSet<object>();
  const outside = new Map<object, DeviceBuffer>();
  const given = new Set(fixed);
  const tiles = backend.tiles?.version;

  const uploadFromOutside = (dataId: object) => {
    const data = tensorMap.get(dataId);
    if (!data.values || data.resource) return;
    const values = valuesOf(data.values, data.dtype);
    data.resource = made.has(dataId)
      ? buffers.createBuffer(values.byteLength, TENSOR_USAGE)
      : bufferManager.acquireBuffer(values.byteLength, TENSOR_USAGE);
    data.values = null;
    queue.writeBuffer(data.resource, 0, values);
  };
  const { write, uploadToGPU, recordAndSubmit } = backend;
  const refuse = () => {
    throw new Error('a function that reads a tensor cannot be recorded');
  };
  const while_: Partial<Record<keyof TfjsWebgpu | 'commandEncoder', unknown>> = {
    bufferManager: buffers,
    queue: { writeBuffer: queue.writeBuffer.bind(queue), submit() {} },
    commandEncoder: null,
    ensureCommandEncoderReady() {
      (backend as { commandEncoder: CommandEncoder | null }).commandEncoder ??= encoder;
    },
    write(...args: Parameters<typeof write>) {
      const dataId = write.apply(backend, args);
      made.add(dataId);
      return dataId;
    },
    uploadToGPU(dataId: object) {
      uploadFromOutside(dataId);
      uploadToGPU.call(backend, dataId);
    },
    recordAndSubmit(...args: Parameters<typeof recordAndSubmit>) {
      recordAndSubmit.apply(backend, args);
      const [, , inputs] = args;
      for (const { dataId } of inputs) {
        const { resource } = tensorMap.get(dataId);
        if (resource && !buffers.has(resource) && !given.has(resource)) {
          outside.set(dataId, resource);
        }
      }
      // What was disposed of meanwhile is free for what comes next.
      flush(backend);
    },
    read: refuse,
    readSync: refuse,
  };

  const recorder: Recorder = {
    createBuffer: buffers.createBuffer,
    tensorAt(buffer, shape, dtype) {
      given.add(buffer);
      return backend.createTensorFromGPUData({ buffer, zeroCopy: true }, shape, dtype);
    },
    bufferOf(tensor) {
      backend.uploadToGPU(tensor.dataId);
      return tensorMap.get(tensor.dataId).resource as DeviceBuffer;
    },
    dispatch(pipeline, bindings, workgroups) {
      const entries = bindings.map((bound, binding) => ({
        binding,
        resource: 'buffer' in bound ? bound : { buffer: bound },
      }));
      const layout = pipeline.getBindGroupLayout(0);
      commands.push({
        pipeline,
        bindGroup: device.createBindGroup({ layout, entries }),
        workgroups,
      });
    },
  };
  try {
    withProperties(backend, while_, () => {
      tf.tidy(() => work(recorder));
      flush(backend);
    });
  } catch (error) {
    buffers.destroy();
    throw error;
  }

  return {
    isCurrent: () =>
      backend.tiles?.version === tiles &&
      [...outside].every(
        ([dataId, buffer]) => tensorMap.has(dataId) && tensorMap.get(dataId).resource === buffer,
      ),
    play: (target) => play(commands, target),
    dispose: () => buffers.destroy(),
  };
}

/** An encoder that keeps what it is told. */
function writeDown(commands: Command[]): CommandEncoder {
  let pipeline: object = {};
  let bindGroup: object = {};
  return {
    beginComputePass: () => ({
      setPipeline(next) {
        pipeline = next;
      },
      setBindGroup(_, next) {
        bindGroup = next;
      },
      dispatchWorkgroups(x, y = 1, z = 1) {
        commands.push({ pipeline, bindGroup, workgroups: [x, y, z] });
      },
      end() {},
    }),
    copyBufferToBuffer(from, fromOffset, to, toOffset, size) {
      commands.push({ from, fromOffset, to, toOffset, size });
    },
    resolveQuerySet() {
      throw new Error('what is timed cannot be recorded');
    },
    finish: () => ({}),
  };
}

function play(commands: readonly Command[], encoder: CommandEncoder): void {
  let pass: ReturnType<CommandEncoder['beginComputePass']> | undefined;
  let last: object | undefined;
  for (const command of commands) {
    if ('from' in command) {
      pass?.end();
      pass = undefined;
      last = undefined;
      const { from, fromOffset, to, toOffset, size } = command;
      encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, size);
      continue;
    }
    pass ??= encoder.beginComputePass();
    if (command.pipeline !== last) pass.setPipeline(command.pipeline);
    last = command.pipeline;
    pass.setBindGroup(0, command.bindGroup);
    pass.dispatchWorkgroups(...command.workgroups);
  }
  pass?.end();
}

/** As the device keeps them: four bytes each. */
function valuesOf(values: unknown, dtype: string): Float32Array | Int32Array {
  const given = values as ArrayLike<number>;
  if (dtype === 'float32') {
    return given instanceof Float32Array ? given : Float32Array.from(given);
  }
  return given instanceof Int32Array ? given : Int32Array.from(given);
}

/** Runs `work` while an object has other properties. */
function withProperties(target: object, others: object, work: () => void): void {
  const before = Object.getOwnPropertyDescriptors(target) as PropertyDescriptorMap;
  Object.assign(target, others);
  try {
    work();
  } finally {
    for (const name of Object.keys(others)) {
      const own = before[name];
      if (own) Object.defineProperty(target, name, own);
      else Reflect.deleteProperty(target, name);
    }
  }
}
