import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import { type DeviceBuffer, TENSOR_USAGE } from '../webgpu-types.js';
import { recordTape, type Tape } from './record-tape.js';
import { writeInputs } from './write-inputs.js';

/** One function of one owner for inputs of certain shapes and types, in one precision. */
interface State {
  readonly owner: WeakRef<object>;
  readonly key: string;
  readonly constants: readonly object[];
  tape?: GraphTape;
}

interface GraphTape extends Tape {
  readonly inputs: readonly DeviceBuffer[];
  readonly output: DeviceBuffer;
  readonly outputShape: readonly number[];
}

/** Shapes kept on tape: full batches and the last one of a split. */
const KEPT = 2;

/** Of each backend, most recently used last. */
const ofBackend = new WeakMap<TfjsWebgpu, Set<State>>();

/**
 * Runs `compute` from its second call on as a tape: the same programs on buffers that stay, without
 * what tfjs does to find and bind them.
 *
 * Output what `compute` gives for the inputs. Inputs of other shapes or types, another variant or other
 * constants begin anew; constants that are written in place do not.
 */
export function registerFixedGraph(tf: Tf, webgpu: TfjsWebgpu): void {
  forgetWithConstants(webgpu);

  registerKernel(tf, 'webgpu', 'AlexNetFixedGraph', ({ inputs, attrs, backend }) => {
    const tfjs = backend as unknown as TfjsWebgpu;
    const { owner, variant, constants, compute } = attrs;
    const given = Object.values(inputs) as Tensor[];
    const types = given.map(
      ({ shape, dtype, dataId }) => `${dtype} of ${storedType(tfjs, dataId)}[${shape}]`,
    );
    const key = `${types} ${variant} ${tfjs.precision}`;
    const dataIds = constants.map(({ dataId }) => dataId);
    const states = ofBackend.get(tfjs) ?? new Set();
    for (const state of states) {
      if (!state.owner.deref() || state.tape?.isCurrent() === false) forget(states, state);
    }
    const own = [...states].filter((state) => state.owner.deref() === owner);
    const known = own.find(
      (state) => state.key === key && dataIds.every((id, i) => id === state.constants[i]),
    );
    if (!known) {
      for (const old of own.slice(0, Math.max(0, own.length - KEPT + 1))) forget(states, old);
      states.add({ owner: new WeakRef(owner), key, constants: dataIds });
      return compute(given);
    }
    states.delete(known);
    states.add(known);
    known.tape ??= record(tf, tfjs, given, compute);
    return play(tfjs, known.tape, given);
  });
}

function forget(states: Set<State>, state: State): void {
  state.tape?.dispose();
  states.delete(state);
}

/** A function goes with the first of its constants that does: it will not be called again. */
function forgetWithConstants(backend: TfjsWebgpu): void {
  const states = new Set<State>();
  ofBackend.set(backend, states);
  const disposeData = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const isGone = disposeData(dataId, force);
    for (const state of isGone ? states : []) {
      if (state.constants.includes(dataId)) forget(states, state);
    }
    return isGone;
  };
}

function record(
  tf: Tf,
  backend: TfjsWebgpu,
  given: readonly Tensor[],
  compute: (inputs: readonly Tensor[]) => Tensor,
): GraphTape {
  let parts: Omit<GraphTape, keyof Tape> | undefined;
  const tape = recordTape(tf, backend, new Set(), (recorder) => {
    const inputs = given.map(({ size }) => recorder.createBuffer(4 * size, TENSOR_USAGE));
    const result = compute(
      given.map(({ shape, dtype, dataId }, i) => {
        const stored = storedType(backend, dataId) as 'float32' | 'int32';
        return tf.cast(recorder.tensorAt(inputs[i] as DeviceBuffer, shape, stored), dtype);
      }),
    );
    parts = { inputs, output: recorder.bufferOf(result), outputShape: result.shape };
  });
  return { ...tape, ...(parts as Omit<GraphTape, keyof Tape>) };
}

/** In what its values lie there: tfjs casts whole numbers to floats without touching them. */
function storedType({ tensorMap }: TfjsWebgpu, dataId: object): string {
  return tensorMap.get(dataId).dtype;
}

function play(backend: TfjsWebgpu, tape: GraphTape, given: readonly TensorInfo[]): TensorInfo {
  const { device, queue, tensorMap } = backend;
  const { inputs, output, outputShape } = tape;
  const result = backend.makeTensorInfo([...outputShape], 'float32');
  backend.uploadToGPU(result.dataId);
  flush(backend);
  const encoder = device.createCommandEncoder();
  const written = writeInputs(
    backend,
    encoder,
    given.map(({ dataId }, i) => {
      const { values, resource } = tensorMap.get(dataId);
      return { from: resource ?? (values as Float32Array), to: inputs[i] as DeviceBuffer };
    }),
  );
  tape.play(encoder);
  const to = tensorMap.get(result.dataId).resource as DeviceBuffer;
  encoder.copyBufferToBuffer(output, 0, to, 0, to.size);
  queue.submit([encoder.finish()]);
  written();
  return result;
}
