import type { Tensor } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { writesInPlace } from '../step/in-place.js';
import { fuseLayers } from './fuse-graph.js';
import {
  computesOnGpu,
  type GraphCall,
  type Metadata,
  type TensorflowBackend,
  turnsToBfloat16,
} from './raw-ops.js';
import { type OutsideTensor, recordGraph } from './record-graph.js';
import { accessTo } from './variable-access.js';

/** How far one owner's function is. */
interface State {
  /** Types and shapes of the inputs, the variant, the identities of the constants, how often any was written in place, the precision. */
  readonly key: string;
  runs: number;
  graph?: object;
  /** What is given at every run: which of the inputs, or the id of a constant. */
  feeds: readonly ({ readonly input: number } | { readonly constant: number })[];
}

/** A constant above this, a dense layer's, is given at every run: a graph copies what it holds. */
const LARGEST_COPY_BYTES = 16 * 2 ** 20;

/** The calls of a graph; only one with variables has the second. */
const [PREDICT, WRITE] = [0, 1];

/** Compiling costs about as much as a few predictions: it waits for as many with the same tensors. */
const RUNS_BEFORE = 2;

/**
 * Runs `compute` as one TensorFlow graph: layers are fused, and oneDNN packs the kernels of the
 * convolutions once instead of at every call.
 *
 * Output what `compute` gives for the inputs. The first runs go op by op; the next is recorded and
 * compiled for their shapes and those very constants. Other constants, as after an update of the
 * weights, begin anew. With a stock addon nothing is registered. On a GPU, where it was never measured,
 * large constants are variables of the graph's session.
 */
export function registerFixedGraph(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  const { createGraph, runGraph } = backend.binding;
  if (!createGraph || !runGraph) return;
  const states = new WeakMap<object, State>();

  registerKernel(tf, 'tensorflow', 'AlexNetFixedGraph', ({ inputs, attrs }) => {
    const { owner, variant, constants, compute } = attrs;
    const given = Object.values(inputs) as Tensor[];
    const givenIds = backend.getInputTensorIds(given);
    const ids = backend.getInputTensorIds(constants);
    const { precision = 'fp32' } = backend;
    const types = given.map(({ shape, dtype }) => `${dtype}[${shape}]`);
    const key = `${types}|${variant}|${ids}|${writesInPlace(backend)}|${precision}`;
    const known = states.get(owner);
    const state: State = known?.key === key ? known : { key, runs: 0, feeds: [] };
    states.set(owner, state);
    const answer = (graph: object) => {
      const [result] = runGraph(
        graph,
        PREDICT,
        state.feeds.map((feed) => ('input' in feed ? (givenIds[feed.input] ?? -1) : feed.constant)),
      );
      return backend.createOutputTensor(result as Metadata);
    };
    if (state.graph) return answer(state.graph);
    // Op by op everything is float32, and an answer must not depend on how many came before it.
    if (precision === 'fp32' && ++state.runs <= RUNS_BEFORE) return compute(given);
    const onGpu = computesOnGpu(backend);
    const isLarge = ({ size }: Tensor) => size * 4 > LARGEST_COPY_BYTES;
    const large = ids.filter((_, i) => isLarge(constants[i] as Tensor));
    const outside = new Map<number, OutsideTensor>(
      given.map(({ shape }, i) => [givenIds[i] ?? -1, { shape, as: 'feed' }]),
    );
    constants.forEach((constant, i) => {
      const as = !isLarge(constant) ? 'constant' : onGpu ? 'variable' : 'feed';
      outside.set(ids[i] ?? -1, { shape: constant.shape, as });
    });
    let output: Tensor | undefined;
    let access: readonly GraphCall[] = [];
    recordGraph(
      backend,
      (recorder) => {
        output = compute(given);
        if (onGpu) access = accessTo(recorder, large);
        return [recorder.slotOf(output)];
      },
      outside,
      (recording) => {
        const { feeds, resultSlots } = recording;
        const nodes = onGpu ? recording.nodes : fuseLayers(recording, backend.binding, precision);
        const call = { feeds: feeds.map(({ slot }) => slot), results: resultSlots };
        state.graph = createGraph(nodes, [call, ...access], turnsToBfloat16(backend));
        if (access.length > 0) runGraph(state.graph, WRITE, large);
        state.feeds = feeds.map(({ id }) => {
          const input = givenIds.indexOf(id);
          return input < 0 ? { constant: id } : { input };
        });
      },
      precision,
    );
    if (precision === 'fp32' || !state.graph) return output as Tensor;
    tf.dispose(output);
    return answer(state.graph);
  });
}
