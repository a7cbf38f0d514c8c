import type { CompiledStep, StepCompiler, StepInput, StepProgram } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { heldVariables } from '../../kernels/held-variables.js';
import type { Tf } from '../../selection/tf.js';
import {
  computesOnGpu,
  type GraphCall,
  type TensorflowBackend,
  turnsToBfloat16,
} from '../ops/raw-ops.js';
import { type OutsideTensor, type Recorder, recordGraph } from '../ops/record-graph.js';
import { accessTo } from '../ops/variable-access.js';
import { countWrite, ownMemory } from './in-place.js';
import { sessionVariables } from './session-variables.js';
import { writeInPlace } from './write-in-place.js';
import { writeVariables } from './write-variables.js';

/**
 * Gives the backend its `stepCompiler`: the step as one TensorFlow graph. On the processor it takes the
 * parameters' own memory and writes the new values there (addon/step_ops.h); on a GPU, whose memory
 * a run cannot be given, they are variables of its session, and fetched when something looks at them.
 *
 * With an addon built here; elsewhere the step goes op by op. Nothing of it was measured on a GPU: the
 * form with variables is tested on the processor.
 */
export function registerStepCompiler(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  if (!backend.binding.copyTensor) return;
  const stepCompiler: StepCompiler = {
    compile: (program) => compileStep(tf, backend, program),
    // A run has ended when it returns.
    ahead: 0,
  };
  Object.assign(backend, { stepCompiler });
}

function compileStep(tf: Tf, backend: TensorflowBackend, program: StepProgram): CompiledStep {
  const { learned, isRateInside } = program;
  const held = heldVariables(program);
  const read = program.constants.filter((variable) => !held.includes(variable));
  const compile = () => {
    // Variables that share memory would be one in the graph.
    ownMemory(tf, backend, held);
    const { graph, places } = record(tf, backend, program, held);
    const parameters = computesOnGpu(backend)
      ? parametersInSession(tf, backend, held, graph)
      : parametersInPlace(tf, backend, held);
    return { graph, places, parameters, readIds: backend.getInputTensorIds(read) };
  };
  let compiled = compile();
  /** The graph holds the values of layers that are frozen: where they were set since, another one. */
  const current = () => {
    const now = backend.getInputTensorIds(read);
    if (now.some((id, i) => id !== compiled.readIds[i])) compiled = compile();
    return compiled;
  };
  const runGraph = (inputs: readonly StepInput[], numbers: Float64Array, share: number) => {
    const { graph, places, parameters } = current();
    return tf.tidy(() => {
      const fed = [
        ...tensorsOf(tf, inputs),
        tf.tensor2d(rowsOf(numbers, isRateInside), [learned.length, 3]),
        tf.scalar(share),
      ];
      const ids = [...backend.getInputTensorIds(fed), ...parameters.before()];
      const feeds = places.map((place) => ids[place] ?? -1);
      const [done, ...results] = backend.binding.runGraph?.(graph, STEP, feeds) ?? [];
      parameters.after();
      if (done) backend.binding.deleteTensor(done.id);
      // tfjs-node makes tensors, though it is typed to describe them.
      return results.map((result) => backend.createOutputTensor(result) as Tensor);
    });
  };
  return {
    async run(inputs, numbers, share) {
      const results = runGraph(inputs, numbers, share);
      const values = await Promise.all(results.map((result) => result.data()));
      tf.dispose(results);
      return values.map(([value]) => value as number);
    },
    // The graph goes with this object.
    dispose() {},
  };
}

function tensorsOf(tf: Tf, inputs: readonly StepInput[]): Tensor[] {
  return inputs.map(({ shape, values }) =>
    tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
  );
}

/** Rows of `AlexNetUpdate`: momentum, rate, and decay, times the rate where that is inside. */
function rowsOf(numbers: Float64Array, isRateInside: boolean): Float32Array {
  return Float32Array.from(numbers, (value, at) =>
    isRateInside && at % 3 === 2 ? value * (numbers[at - 1] as number) : value,
  );
}

/** The calls of a step's graph; a graph with variables has all three. */
const [STEP, WRITE, READ] = [0, 1, 2];

/** What happens around a run. */
interface Parameters {
  /** Ids to give to the run beside the inputs. */
  before(): readonly number[];
  after(): void;
}

function parametersInPlace(
  tf: Tf,
  backend: TensorflowBackend,
  held: readonly Variable[],
): Parameters {
  return {
    before() {
      countWrite(backend);
      return ownMemory(tf, backend, held);
    },
    after() {},
  };
}

function parametersInSession(
  tf: Tf,
  backend: TensorflowBackend,
  held: readonly Variable[],
  graph: object,
): Parameters {
  const { runGraph = () => [] } = backend.binding;
  const variables = sessionVariables(tf, backend, held, {
    write: (ids) => runGraph(graph, WRITE, ids),
    read: () => runGraph(graph, READ, []),
  });
  return {
    before() {
      variables.load();
      return [];
    },
    after: variables.markWritten,
  };
}

/** The graph, and for each feed of a step the place among inputs, numbers, share and `held`. */
function record(
  tf: Tf,
  backend: TensorflowBackend,
  program: StepProgram,
  held: readonly Variable[],
): { readonly graph: object; readonly places: readonly number[] } {
  const { assigned } = program;
  const inputs = tensorsOf(tf, program.inputs);
  const numbers = tf.zeros([program.learned.length, 3]);
  const share = tf.scalar(0);
  const before = assigned.map((variable) => tf.clone(variable));
  const given = [...inputs, numbers, share];
  const ids = backend.getInputTensorIds([...given, ...held]);
  const outside = new Map<number, OutsideTensor>();
  const heldAs = computesOnGpu(backend) ? 'variable' : 'feed';
  [...given, ...held].forEach(({ shape }, i) => {
    const as = i < given.length ? 'feed' : heldAs;
    outside.set(ids[i] ?? -1, { shape, as, isInput: i < inputs.length });
  });
  // Their values of now, whatever the recorded pass assigns.
  const idOf = new Map(held.map((variable, i) => [variable, ids[given.length + i] ?? -1]));
  let graph: object | undefined;
  let places: readonly number[] = [];
  const { precision = 'fp32' } = backend;
  try {
    tf.tidy(() => {
      const access: GraphCall[] = [];
      recordGraph(
        backend,
        (recorder) => {
          const results = writeDown(backend, program, recorder, { inputs, numbers, share }, idOf);
          if (heldAs === 'variable') access.push(...accessTo(recorder, [...idOf.values()]));
          return results;
        },
        outside,
        ({ nodes, feeds, resultSlots }) => {
          const step = { feeds: feeds.map(({ slot }) => slot), results: resultSlots };
          graph = backend.binding.createGraph?.(nodes, [step, ...access], turnsToBfloat16(backend));
          places = feeds.map(({ id }) => ids.indexOf(id));
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
    tf.dispose([...inputs, numbers, share, ...before]);
  }
}

/** Records the passes and adds what changes the parameters; returns the slots of the results. */
function writeDown(
  backend: TensorflowBackend,
  program: StepProgram,
  recorder: Recorder,
  {
    inputs,
    numbers,
    share,
  }: { readonly inputs: readonly Tensor[]; readonly numbers: Tensor; readonly share: Tensor },
  idOf: ReadonlyMap<Variable, number>,
): readonly number[] {
  const { loss, squaredNorm, gradients, results } = program.record(
    inputs,
    recorder.wait,
    (groups) => sumOverProcesses(recorder, groups),
  );
  const id = (variable: Variable) => idOf.get(variable) ?? -1;
  const slopes = gradients.map(recorder.slotOf);
  const createWriter = computesOnGpu(backend) ? writeVariables : writeInPlace;
  const writer = createWriter(recorder, {
    loss: recorder.slotOf(loss),
    squaredNorm: recorder.slotOf(squaredNorm),
    gradients: slopes,
    numbers: recorder.slotOf(numbers),
    share: recorder.slotOf(share),
    learned: program.learned.length,
    clipNorm: program.clipNorm,
    isRateInside: program.isRateInside,
  });
  program.learned.forEach(({ variable, velocity }, row) => {
    writer.update(id(variable), id(velocity), slopes[row] ?? -1, row);
  });
  for (const variable of program.assigned) writer.store(id(variable), recorder.slotOf(variable));
  for (const { mean, live } of program.averages) writer.average(id(mean), id(live));
  return [writer.done(), ...results.map(recorder.slotOf)];
}

/** Starts the sum of every group as soon as its tensors are known, and waits for them once all are started. */
function sumOverProcesses(recorder: Recorder, groups: readonly (readonly Tensor[])[]): Tensor[] {
  const started: number[] = [];
  groups.forEach((tensors, number) => {
    const slots = tensors.map(recorder.slotOf);
    // In the same order in every process.
    const after = [...started];
    started.push(recorder.add('AlexNetSumStart', { number, N: slots.length }, slots, { after }));
  });
  return groups.flatMap((tensors, number) => {
    let offset = 0;
    return tensors.map((tensor) => {
      const like = [recorder.slotOf(tensor)];
      const end = recorder.add('AlexNetSumEnd', { number, offset }, like, { after: started });
      offset += tensor.size;
      return recorder.standIn(tensor.shape, end);
    });
  });
}
