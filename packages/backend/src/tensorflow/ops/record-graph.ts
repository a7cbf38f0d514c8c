import type { Tensor } from '@tensorflow/tfjs-core';
import type { Precision } from '../step/precision.js';
import { withEvenChannels } from './even-channels.js';
import {
  type Attributes,
  type GraphNode,
  type Metadata,
  type OpBinding,
  opAttributes,
  type TensorflowBackend,
} from './raw-ops.js';

/** A node that runs an op. */
export type OpNode = Extract<GraphNode, { readonly op: string }>;

/** What ran, as the nodes of a graph. */
export interface Recording {
  readonly nodes: readonly GraphNode[];
  /** For every slot the index of the node that fills it, and its shape where it is known. */
  readonly slots: readonly {
    readonly node: number;
    readonly shape?: readonly number[] | undefined;
  }[];
  /** Ids of the tensors to give at every run, in order. */
  readonly feeds: readonly number[];
  readonly resultSlots: readonly number[];
}

/** A tensor the recorded work reads and did not make. */
export interface OutsideTensor {
  readonly shape: readonly number[];
  /** Given at every run; otherwise a constant. */
  readonly isFed: boolean;
  /** Whether ops that read it heed {@link Recorder.wait}. */
  readonly isInput?: boolean;
}

/** The recording while it goes on, for work that adds to it what it does not run. */
export interface Recorder {
  /** The slot of a tensor the work made or one from outside. */
  slotOf(tensor: Tensor): number;
  slotOfId(id: number): number;
  /** Adds an op of one output after these slots; returns the output's. */
  add(
    op: string,
    attributes: Attributes,
    inputs: readonly number[],
    after?: readonly number[],
  ): number;
  /** A tensor without values that stands for a slot while recording. */
  standIn(shape: readonly number[], slot: number): Tensor;
  /** Ops recorded from here on that read an input wait for these tensors. */
  wait(tensors: readonly Tensor[]): void;
}

/**
 * Runs `work`, writes down every op it runs, and hands the recording to `use` while all tensors the
 * work made still exist. The work gives the slots of the results.
 *
 * Tensors from outside are found in `outside` by id; ones that are not there are constants. Throws
 * when the work reads a value back: what it does then may depend on it.
 *
 * @param precision of the graph that is to be made; nothing is computed in bf16 while recording
 */
export function recordGraph(
  backend: TensorflowBackend,
  work: (recorder: Recorder) => readonly number[],
  outside: ReadonlyMap<number, OutsideTensor>,
  use: (recording: Recording) => void,
  precision: Precision,
): void {
  const { binding } = backend;
  const nodes: GraphNode[] = [];
  const slots: Recording['slots'][number][] = [];
  const slotOfId = new Map<number, number>();
  const feeds: number[] = [];
  const deleted: number[] = [];
  const valuesOfId = new Map<number, readonly number[]>();
  let waiting: readonly number[] = [];
  const push = (
    node: GraphNode,
    outputs: readonly { readonly id?: number; readonly shape?: readonly number[] | undefined }[],
  ): number => {
    nodes.push(node);
    for (const { id, shape } of outputs) {
      const slot = slots.push({ node: nodes.length - 1, shape }) - 1;
      if (id !== undefined) slotOfId.set(id, slot);
    }
    return slots.length - outputs.length;
  };
  const slotOf = (id: number): number => {
    if (!slotOfId.has(id)) {
      const { shape, isFed } = outside.get(id) ?? {};
      if (isFed) feeds.push(id);
      push(isFed ? { feed: id } : { constant: id }, [{ id, shape }]);
    }
    return slotOfId.get(id) as number;
  };
  const recorder: Recorder = {
    slotOf(tensor) {
      const [id = -1] = backend.getInputTensorIds([tensor]);
      return slotOf(id);
    },
    slotOfId: slotOf,
    add: (op, attributes, inputs, after = []) =>
      push({ op, attributes: opAttributes(binding, attributes), inputs, outputs: 1, after }, [{}]),
    standIn(shape, slot) {
      const size = shape.reduce((product, length) => product * length, 1);
      const dtype = binding.TF_FLOAT;
      const id = binding.createTensor(shape, dtype, new Float32Array(size));
      slotOfId.set(id, slot);
      return backend.createOutputTensor({ id, shape, dtype }) as Tensor;
    },
    wait(tensors) {
      waiting = tensors.map(recorder.slotOf);
    },
  };
  const executeOp: OpBinding['executeOp'] = (op, attributes, inputs, outputs) => {
    const results: readonly Metadata[] = binding.executeOp(op, attributes, inputs, outputs);
    const after = inputs.some((id) => outside.get(id)?.isInput) ? waiting : [];
    push({ op, attributes, inputs: inputs.map(slotOf), outputs, after }, results);
    return results;
  };
  const createTensor: OpBinding['createTensor'] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values);
    push({ constant: id }, [{ id, shape }]);
    if (dtype === binding.TF_INT32) valuesOfId.set(id, Array.from(values as Int32Array));
    return id;
  };
  const deleteTensor: OpBinding['deleteTensor'] = (id) => {
    deleted.push(id);
  };
  const recording: Partial<OpBinding> = {
    executeOp:
      precision === 'fp32'
        ? executeOp
        : withEvenChannels({
            binding,
            executeOp,
            createTensor,
            deleteTensor,
            shapeOf: (id) => slots[slotOf(id)]?.shape ?? [],
            valuesOf: (id) => valuesOfId.get(id) ?? [],
          }),
    // A graph is fused once it is written down, and TensorFlow then knows which kernels of
    // convolutions are constant.
    executeFused: undefined,
    createTensor,
    deleteTensor,
    tensorDataSync: () => {
      throw new Error('a function that reads a tensor cannot be compiled');
    },
  };
  // Defined, not assigned: the binding's own properties are read-only.
  backend.binding = Object.create(
    binding,
    Object.getOwnPropertyDescriptors(recording),
  ) as OpBinding;
  try {
    const resultSlots = work(recorder);
    use({ nodes, slots, feeds, resultSlots });
  } finally {
    backend.binding = binding;
    for (const id of deleted) binding.deleteTensor(id);
  }
}
