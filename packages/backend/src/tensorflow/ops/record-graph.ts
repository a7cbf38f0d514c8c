import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphNode, Metadata, OpBinding, TensorflowBackend } from './raw-ops.js';

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
  readonly resultSlot: number;
}

/** A tensor the recorded work reads and did not make. */
export interface OutsideTensor {
  readonly shape: readonly number[];
  /** Given at every run; otherwise a constant. */
  readonly isFed: boolean;
}

/**
 * Runs `work`, writes down every op it runs, and hands the recording to `use` while all tensors the
 * work made still exist.
 *
 * Tensors from outside are found in `outside` by id; ones that are not there are constants. Throws
 * when the work reads a value back: what it does then may depend on it.
 */
export function recordGraph(
  backend: TensorflowBackend,
  work: () => Tensor,
  outside: ReadonlyMap<number, OutsideTensor>,
  use: (recording: Recording) => void,
): Tensor {
  const { binding } = backend;
  const nodes: GraphNode[] = [];
  const slots: Recording['slots'][number][] = [];
  const slotOfId = new Map<number, number>();
  const feeds: number[] = [];
  const deleted: number[] = [];
  const add = (
    node: GraphNode,
    outputs: readonly { readonly id: number; readonly shape?: readonly number[] | undefined }[],
  ) => {
    nodes.push(node);
    for (const { id, shape } of outputs) {
      slotOfId.set(id, slots.push({ node: nodes.length - 1, shape }) - 1);
    }
  };
  const slotOf = (id: number): number => {
    if (!slotOfId.has(id)) {
      const { shape, isFed } = outside.get(id) ?? {};
      if (isFed) feeds.push(id);
      add(isFed ? { feed: id } : { constant: id }, [{ id, shape }]);
    }
    return slotOfId.get(id) as number;
  };
  const recorder: Partial<OpBinding> = {
    executeOp: (op, attributes, inputs, outputs) => {
      const results: readonly Metadata[] = binding.executeOp(op, attributes, inputs, outputs);
      add({ op, attributes, inputs: inputs.map(slotOf), outputs }, results);
      return results;
    },
    // A graph is fused once it is written down, and TensorFlow then knows which kernels of
    // convolutions are constant.
    executeFused: undefined,
    createTensor: (shape, dtype, values) => {
      const id = binding.createTensor(shape, dtype, values);
      add({ constant: id }, [{ id, shape }]);
      return id;
    },
    deleteTensor: (id) => {
      deleted.push(id);
    },
    tensorDataSync: () => {
      throw new Error('a function that reads a tensor cannot be compiled');
    },
  };
  // Defined, not assigned: the binding's own properties are read-only.
  backend.binding = Object.create(binding, Object.getOwnPropertyDescriptors(recorder)) as OpBinding;
  try {
    const output = work();
    const [id = -1] = backend.getInputTensorIds([output]);
    use({ nodes, slots, feeds, resultSlot: slotOf(id) });
    return output;
  } finally {
    backend.binding = binding;
    for (const id of deleted) binding.deleteTensor(id);
  }
}
