import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { stagingOf } from '../staging.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import { type DeviceBuffer, TENSOR_USAGE } from '../webgpu-types.js';
import { recordTape, type Tape } from './record-tape.js';

/** One function of one owner for one shape of x, in one precision. */
interface State {
  readonly owner: WeakRef<object>;
  readonly shape: string;
  readonly constants: readonly object[];
  tape?: GraphTape;
}

interface GraphTape extends Tape {
  readonly input: DeviceBuffer;
  readonly output: DeviceBuffer;
  readonly outputShape: readonly number[];
}

/** Shapes kept on tape: full batches and the last one of a split. */
const KEPT = 2;

/**
 * Runs `compute` from its second call on as a tape: the same programs on buffers that stay, without
 * what tfjs does to find and bind them.
 *
 * Input { x }, output what `compute` gives. Another shape of x or other constants begin anew; constants
 * that are written in place do not.
 */
export function registerFixedGraph(tf: Tf): void {
  /** Most recently used last. */
  let states: State[] = [];
  const forget = (state: State) => {
    state.tape?.dispose();
    states = states.filter((other) => other !== state);
  };

  registerKernel(tf, 'webgpu', 'AlexNetFixedGraph', ({ inputs, attrs, backend }) => {
    const tfjs = backend as unknown as TfjsWebgpu;
    const { owner, constants, compute } = attrs;
    const x = inputs.x as Tensor;
    const shape = `${x.shape} ${tfjs.precision}`;
    const dataIds = constants.map(({ dataId }) => dataId);
    // Functions whose constants are gone will not be called again.
    for (const state of states) {
      const isAlive = state.owner.deref() && state.constants.every((id) => tfjs.tensorMap.has(id));
      if (!isAlive || state.tape?.isCurrent() === false) forget(state);
    }
    const own = states.filter((state) => state.owner.deref() === owner);
    const known = own.find(
      (state) => state.shape === shape && dataIds.every((id, i) => id === state.constants[i]),
    );
    if (!known) {
      for (const old of own.slice(0, Math.max(0, own.length - KEPT + 1))) forget(old);
      states.push({ owner: new WeakRef(owner), shape, constants: dataIds });
      return compute(x);
    }
    states = [...states.filter((state) => state !== known), known];
    known.tape ??= record(tf, tfjs, x, compute);
    return play(tfjs, known.tape, x);
  });
}

function record(
  tf: Tf,
  backend: TfjsWebgpu,
  x: TensorInfo,
  compute: (x: Tensor) => Tensor,
): GraphTape {
  let parts: Omit<GraphTape, keyof Tape> | undefined;
  const bytes = 4 * tf.util.sizeFromShape(x.shape);
  const tape = recordTape(tf, backend, new Set(), (recorder) => {
    const input = recorder.createBuffer(bytes, TENSOR_USAGE);
    const result = compute(recorder.tensorAt(input, x.shape, 'float32'));
    parts = { input, output: recorder.bufferOf(result), outputShape: result.shape };
  });
  return { ...tape, ...(parts as Omit<GraphTape, keyof Tape>) };
}

function play(backend: TfjsWebgpu, tape: GraphTape, x: TensorInfo): TensorInfo {
  const { device, queue, tensorMap } = backend;
  const { input, output, outputShape } = tape;
  const result = backend.makeTensorInfo([...outputShape], 'float32');
  backend.uploadToGPU(result.dataId);
  const { values, resource } = tensorMap.get(x.dataId);
  flush(backend);
  const staging = resource ? undefined : stagingOf(device).fill(values as Float32Array);
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(staging ?? (resource as DeviceBuffer), 0, input, 0, input.size);
  tape.play(encoder);
  const to = tensorMap.get(result.dataId).resource as DeviceBuffer;
  encoder.copyBufferToBuffer(output, 0, to, 0, to.size);
  queue.submit([encoder.finish()]);
  if (staging) stagingOf(device).takeBack(staging);
  return result;
}
