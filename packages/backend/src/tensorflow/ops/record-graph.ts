import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphNode, Metadata, OpBinding, TensorflowBackend } from './raw-ops.js';

/** What ran, as the nodes of a graph. */
export interface Recording {
  readonly nodes: readonly GraphNode[];
  /** Ids of the tensors to give at every run, in order. */
  readonly feeds: readonly number[];
  readonly resultSlot: number;
}

/**
 * Runs `work`, writes down every op it runs, and hands the recording to `use` while all tensors the
 * work made still exist.
 *
 * Tensors from outside are feeds where `isFed` says so, otherwise constants. Throws when the work
 * reads a value back: what it does then may depend on it.
 */
export function recordGraph(
  backend: TensorflowBackend,
  work: () => Tensor,
  isFed: (id: number) => boolean,
  use: (recording: Recording) => void,
): Tensor {
  const { binding } = backend;
  const nodes: GraphNode[] = [];
  const slots = new Map<number, number>();
  const feeds: number[] = [];
  const deleted: number[] = [];
  let next = 0;
  const add = (node: GraphNode, outputs: readonly number[]) => {
    nodes.push(node);
    for (const id of outputs) slots.set(id, next++);
  };
  const slotOf = (id: number): number => {
    if (!slots.has(id)) {
      const fed = isFed(id);
      if (fed) feeds.push(id);
      add(fed ? { feed: id } : { constant: id }, [id]);
    }
    return slots.get(id) as number;
  };
  const recorder: Partial<OpBinding> = {
    executeOp: (op, attributes, inputs, outputs) => {
      const results: readonly Metadata[] = binding.executeOp(op, attributes, inputs, outputs);
      const from = inputs.map(slotOf);
      add(
        { op, attributes, inputs: from, outputs },
        results.map(({ id }) => id),
      );
      return results;
    },
    // TensorFlow fuses a graph itself, and then knows which kernels of convolutions are constant.
    executeFused: undefined,
    createTensor: (shape, dtype, values) => {
      const id = binding.createTensor(shape, dtype, values);
      add({ constant: id }, [id]);
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
    use({ nodes, feeds, resultSlot: slotOf(id) });
    return output;
  } finally {
    backend.binding = binding;
    for (const id of deleted) binding.deleteTensor(id);
  }
}
