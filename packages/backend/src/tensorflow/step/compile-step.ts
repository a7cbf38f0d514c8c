import type { CompiledStep, StepProgram } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import type { TensorflowBackend } from '../ops/raw-ops.js';
import { type OutsideTensor, type Recorder, recordGraph } from '../ops/record-graph.js';
import { countWrite, ownMemory } from './in-place.js';

/**
 * Gives the backend `compileStep`: the step as one TensorFlow graph that takes the parameters' own
 * memory and writes the new values there (addon/step_ops.h).
 *
 * On the processor, with an addon built here. Elsewhere the step goes op by op.
 */
export function registerStepCompiler(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  if (!backend.binding.copyTensor || backend.isUsingGpuDevice) return;
  Object.assign(backend, {
    compileStep: (program: StepProgram): CompiledStep => compileStep(tf, backend, program),
  });
}

function compileStep(tf: Tf, backend: TensorflowBackend, program: StepProgram): CompiledStep {
  const { learned, assigned, averages } = program;
  /** What is read or written beside the inputs, each once. */
  const held = [
    ...new Set([
      ...learned.flatMap(({ variable, velocity }) => [variable, velocity]),
      ...assigned,
      ...averages.flatMap(({ mean, live }) => [mean, live]),
    ]),
  ];
  // Variables that share memory would be one in the graph.
  ownMemory(tf, backend, held);
  const { graph, places } = record(tf, backend, program, held);
  return {
    run: (inputs, numbers, share) =>
      tf.tidy(() => {
        const fed = [...inputs, tf.tensor2d(numbers, [learned.length, 3]), tf.scalar(share)];
        const ids = [...backend.getInputTensorIds(fed), ...ownMemory(tf, backend, held)];
        countWrite(backend);
        const feeds = places.map((place) => ids[place] ?? -1);
        const [done, ...results] = backend.binding.runGraph?.(graph, feeds) ?? [];
        if (done) backend.binding.deleteTensor(done.id);
        // tfjs-node makes tensors, though it is typed to describe them.
        return results.map((result) => backend.createOutputTensor(result) as Tensor);
      }),
  };
}

/** The graph, and for each of its feeds the place among inputs, numbers, share and `held`. */
function record(
  tf: Tf,
  backend: TensorflowBackend,
  program: StepProgram,
  held: readonly Variable[],
): { readonly graph: object; readonly places: readonly number[] } {
  const { inputs, assigned } = program;
  const numbers = tf.zeros([program.learned.length, 3]);
  const share = tf.scalar(0);
  const before = assigned.map((variable) => tf.clone(variable));
  const fed = [...inputs, numbers, share, ...held];
  const ids = backend.getInputTensorIds(fed);
  const outside = new Map<number, OutsideTensor>();
  fed.forEach(({ shape }, i) => {
    outside.set(ids[i] ?? -1, { shape, isFed: true, isInput: i < inputs.length });
  });
  // Their values of now, whatever the recorded pass assigns.
  const idOf = new Map(held.map((variable, i) => [variable, ids[inputs.length + 2 + i] ?? -1]));
  let graph: object | undefined;
  let places: readonly number[] = [];
  const { precision = 'fp32' } = backend;
  try {
    tf.tidy(() => {
      recordGraph(
        backend,
        (recorder) => writeDown(backend, program, recorder, numbers, share, idOf),
        outside,
        ({ nodes, feeds, resultSlots }) => {
          graph = backend.binding.createGraph?.(nodes, resultSlots, precision === 'bf16');
          places = feeds.map((id) => ids.indexOf(id));
        },
        precision,
      );
    });
    if (!graph) throw new Error('the TensorFlow addon is not one built here');
    return { graph, places };
  } finally {
    assigned.forEach((variable, i) => {
      variable.assign(before[i] as Tensor);
    });
    tf.dispose([numbers, share, ...before]);
  }
}

/** Records the passes and adds what changes the parameters; returns the slots of the results. */
function writeDown(
  { binding }: TensorflowBackend,
  program: StepProgram,
  recorder: Recorder,
  numbers: Tensor,
  share: Tensor,
  idOf: ReadonlyMap<Variable, number>,
): readonly number[] {
  const { loss, squaredNorm, gradients, results } = program.record(
    program.inputs,
    recorder.wait,
    (groups) => sumOverProcesses(recorder, groups),
  );
  const slotOf = (variable: Variable) => recorder.slotOfId(idOf.get(variable) ?? -1);
  const limit = { float: program.clipNorm };
  const gate = recorder.add('AlexNetGate', { limit }, [loss, squaredNorm].map(recorder.slotOf));
  const slopes = gradients.map(recorder.slotOf);
  // Whatever reads a parameter is on the way to one of these.
  const after = [gate, ...slopes];
  const [numbersSlot, shareSlot] = [recorder.slotOf(numbers), recorder.slotOf(share)];
  const written = new Map<Variable, number>();
  program.learned.forEach(({ variable, velocity }, row) => {
    const inputs = [slotOf(variable), slotOf(velocity), slopes[row] ?? -1, numbersSlot, gate];
    const attributes = { row, inside: program.isRateInside ? 1 : 0 };
    written.set(variable, recorder.add('AlexNetUpdate', attributes, inputs, after));
  });
  for (const variable of program.assigned) {
    const inputs = [slotOf(variable), recorder.slotOf(variable), gate];
    written.set(variable, recorder.add('AlexNetStore', {}, inputs, after));
  }
  const averaged = program.averages.map(({ mean, live }) => {
    const inputs = [slotOf(mean), slotOf(live), shareSlot, gate];
    return recorder.add('AlexNetAverage', {}, inputs, [written.get(live) ?? gate]);
  });
  const ends = [...written.values(), ...averaged];
  const done = recorder.add('AddN', { N: ends.length, T: binding.TF_FLOAT }, ends);
  return [done, ...results.map(recorder.slotOf)];
}

/** Starts the sum of every group as soon as its tensors are known, and waits for them once all are started. */
function sumOverProcesses(recorder: Recorder, groups: readonly (readonly Tensor[])[]): Tensor[] {
  const started: number[] = [];
  groups.forEach((tensors, number) => {
    const slots = tensors.map(recorder.slotOf);
    // In the same order in every process.
    const start = recorder.add('AlexNetSumStart', { number, N: slots.length }, slots, [...started]);
    started.push(start);
  });
  return groups.flatMap((tensors, number) => {
    let offset = 0;
    return tensors.map((tensor) => {
      const like = [recorder.slotOf(tensor)];
      const end = recorder.add('AlexNetSumEnd', { number, offset }, like, started);
      offset += tensor.size;
      return recorder.standIn(tensor.shape, end);
    });
  });
}
