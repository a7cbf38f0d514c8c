import type { Tensor } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { writesInPlace } from '../step/in-place.js';
import { fuseLayers } from './fuse-graph.js';
import type { Metadata, TensorflowBackend } from './raw-ops.js';
import { type OutsideTensor, recordGraph } from './record-graph.js';

/** How far one owner's function is. */
interface State {
  /** Shape of x, the identities of the constants, how often any was written in place, the precision. */
  readonly key: string;
  runs: number;
  graph?: object;
  /** Ids of the tensors given at every run; null stands for x. */
  feeds: readonly (number | null)[];
}

/** A constant above this, a dense layer's, is given at every run: a graph copies what it holds. */
const LARGEST_COPY_BYTES = 16 * 2 ** 20;

/** Compiling costs about as much as a few predictions: it waits for as many with the same tensors. */
const RUNS_BEFORE = 2;

/**
 * Runs `compute` as one TensorFlow graph: layers are fused, and oneDNN packs the kernels of the
 * convolutions once instead of at every call.
 *
 * Input { x }, output what `compute` gives. The first runs go op by op; the next is recorded and
 * compiled for that shape of x and those very constants. Other constants, as after an update of the
 * weights, begin anew. On a GPU, and with a stock addon, nothing is registered.
 */
export function registerFixedGraph(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  const { createGraph, runGraph } = backend.binding;
  if (!createGraph || !runGraph || backend.isUsingGpuDevice) return;
  const states = new WeakMap<object, State>();

  registerKernel(tf, 'tensorflow', 'AlexNetFixedGraph', ({ inputs, attrs }) => {
    const { owner, constants, compute } = attrs;
    const x = inputs.x as Tensor;
    const [xId = -1] = backend.getInputTensorIds([x]);
    const ids = backend.getInputTensorIds(constants);
    const { precision = 'fp32' } = backend;
    const key = `${x.shape}|${ids}|${writesInPlace(backend)}|${precision}`;
    const known = states.get(owner);
    const state: State = known?.key === key ? known : { key, runs: 0, feeds: [] };
    states.set(owner, state);
    const answer = (graph: object) => {
      const [result] = runGraph(
        graph,
        0,
        state.feeds.map((id) => id ?? xId),
      );
      return backend.createOutputTensor(result as Metadata);
    };
    if (state.graph) return answer(state.graph);
    // Op by op everything is float32, and an answer must not depend on how many came before it.
    if (precision === 'fp32' && ++state.runs <= RUNS_BEFORE) return compute(x);
    const outside = new Map<number, OutsideTensor>([[xId, { shape: x.shape, as: 'feed' }]]);
    constants.forEach(({ shape, size }, i) => {
      outside.set(ids[i] ?? -1, { shape, as: size * 4 > LARGEST_COPY_BYTES ? 'feed' : 'constant' });
    });
    let output: Tensor | undefined;
    recordGraph(
      backend,
      ({ slotOf }) => {
        output = compute(x);
        return [slotOf(output)];
      },
      outside,
      (recording) => {
        const nodes = fuseLayers(recording, backend.binding, precision);
        const { feeds, resultSlots } = recording;
        const call = { feeds: feeds.map(({ slot }) => slot), results: resultSlots };
        state.graph = createGraph(nodes, [call], precision === 'bf16');
        state.feeds = feeds.map(({ id }) => (id === xId ? null : id));
      },
      precision,
    );
    if (precision === 'fp32' || !state.graph) return output as Tensor;
    tf.dispose(output);
    return answer(state.graph);
  });
}
