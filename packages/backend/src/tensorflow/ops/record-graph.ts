import type { Precision } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withEvenChannels } from './even-channels.js';
import { halfInputs, halfType } from './half-products.js';
import {
  type Attributes,
  computesOnGpu,
  type GraphNode,
  type Metadata,
  type OpBinding,
  opAttributes,
  type TensorflowBackend,
  TF_FLOAT,
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
  /** The tensors to give at every run, in order. */
  readonly feeds: readonly { readonly id: number; readonly slot: number }[];
  readonly resultSlots: readonly number[];
}

/** A tensor the recorded work reads and did not make. */
export interface OutsideTensor {
  readonly shape: readonly number[];
  /** Given at every run, copied into the graph, or held by its session. */
  readonly as: 'feed' | 'constant' | 'variable';
  /** Whether ops that read it heed {@link Recorder.wait}. */
  readonly isInput?: boolean;
}

/** The recording while it goes on, for work that adds to it what it does not run. */
export interface Recorder {
  /** The slot of a tensor the work made or one from outside. */
  slotOf(tensor: Tensor): number;
  slotOfId(id: number): number;
  /** Adds an op after these slots; returns the slot of its first output, or its own where it has none. */
  add(
    op: string,
    attributes: Attributes,
    inputs: readonly number[],
    more?: { readonly after?: readonly number[]; readonly outputs?: number },
  ): number;
  /** Adds a tensor to be given to some runs, shaped and typed as this one; returns its slot. */
  feed(id: number): number;
  /** The slots of constants: a float32 scalar, a one-dimensional int32 tensor. */
  scalar(value: number): number;
  ints(values: readonly number[]): number;
  /** The slot of the handle of a variable from outside. */
  handleOfId(id: number): number;
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
 * @param precision of the graph that is to be made; while recording all is computed in fp32
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
  const feeds: Recording['feeds'][number][] = [];
  const handleOfId = new Map<number, number>();
  const deleted: number[] = [];
  const valuesOfId = new Map<number, readonly number[]>();
  let waiting: readonly number[] = [];
  // On the processor TensorFlow turns the finished graph; for GPUs it has no such pass to bfloat16.
  const half = computesOnGpu(backend) ? halfType(precision) : undefined;
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
      const { shape, as = 'constant' } = outside.get(id) ?? {};
      if (as === 'variable') {
        pushVariable(id, shape as readonly number[]);
      } else {
        const slot = push(as === 'feed' ? { feed: id } : { constant: id }, [{ id, shape }]);
        if (as === 'feed') feeds.push({ id, slot });
      }
    }
    return slotOfId.get(id) as number;
  };
  /** Read once: what the graph assigns is seen at its next run. */
  const pushVariable = (id: number, shape: readonly number[]) => {
    const dtype = binding.TF_FLOAT;
    // Variables without a name of their own would be one.
    const create = opAttributes(binding, { dtype, shape, shared_name: `variable${id}` });
    const made = { op: 'VarHandleOp', attributes: create, inputs: [], outputs: 1 };
    const handle = push(made, [{}]);
    handleOfId.set(id, handle);
    const read = opAttributes(binding, { dtype });
    const node = { op: 'ReadVariableOp', attributes: read, inputs: [handle], outputs: 1 };
    push(node, [{ id, shape }]);
  };
  /** Lives until the graph is made. */
  const constant = (...tensor: Parameters<OpBinding['createTensor']>) => {
    const id = createTensor(...tensor);
    deleted.push(id);
    return slotOf(id);
  };
  const recorder: Recorder = {
    slotOf(tensor) {
      const [id = -1] = backend.getInputTensorIds([tensor]);
      return slotOf(id);
    },
    slotOfId: slotOf,
    scalar: (value) => constant([], binding.TF_FLOAT, Float32Array.of(value)),
    ints: (values) => constant([values.length], binding.TF_INT32, Int32Array.from(values)),
    feed: (id) => push({ feed: id }, [{}]),
    handleOfId(id) {
      slotOf(id);
      return handleOfId.get(id) as number;
    },
    add(op, attributes, inputs, { after = [], outputs = 1 } = {}) {
      const given = opAttributes(binding, attributes);
      const slots = Array.from({ length: Math.max(outputs, 1) }, () => ({}));
      return push({ op, attributes: given, inputs, outputs, after }, slots);
    },
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
    const halved = half === undefined ? [] : halfInputs(op);
    const from = inputs.map((id, at) =>
      halved.includes(at) ? cast(slotOf(id), TF_FLOAT, half as number) : slotOf(id),
    );
    if (halved.length === 0) {
      push({ op, attributes, inputs: from, outputs, after }, results);
      return results;
    }
    const typed = attributes.map((attribute) =>
      attribute.name === 'T' ? { ...attribute, value: half } : attribute,
    );
    const product = push({ op, attributes: typed, inputs: from, outputs, after }, [{}]);
    cast(product, half as number, TF_FLOAT, results[0]);
    return results;
  };
  const cast = (slot: number, SrcT: number, DstT: number, of: Partial<Metadata> = {}) => {
    const attributes = opAttributes(binding, { SrcT, DstT });
    return push({ op: 'Cast', attributes, inputs: [slot], outputs: 1 }, [of]);
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
      precision === 'fp32' || half !== undefined
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
