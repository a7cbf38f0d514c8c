import type { CompiledStep, StepProgram } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { heldVariables } from '../../kernels/held-variables.js';
import type { Tf } from '../../selection/tf.js';
import { flush, type TfjsWebgpu } from '../tfjs-webgpu.js';
import { type DeviceBuffer, TENSOR_USAGE, USAGE } from '../webgpu-types.js';
import { type FailureFlag, failureFlagOf } from './failure-flag.js';
import { type OwnBuffers, ownBuffers } from './own-buffers.js';
import { createReadbackRing } from './readback-ring.js';
import { type Recorder, recordTape, type Tape } from './record-tape.js';
import {
  averageProgram,
  GATE_BYTES,
  gateProgram,
  ROW_BYTES,
  storeProgram,
  updateProgram,
  workgroupsOf,
} from './update-programs.js';
import { writeInputs } from './write-inputs.js';

/** A step on tape. */
interface StepTape extends Tape {
  readonly inputs: readonly DeviceBuffer[];
  /** A row for each parameter that learns, and one for the averages' share. */
  readonly numbers: DeviceBuffer;
  readonly gate: DeviceBuffer;
  readonly results: readonly { readonly buffer: DeviceBuffer; readonly isWhole: boolean }[];
}

/**
 * The step as a tape that is played at every run: forward, backward, the check that the loss is finite,
 * clipping, the update and the averages, which write into the variables' own buffers. Nothing waits for
 * the results; they come through a ring of buffers.
 */
export function compileStep(tf: Tf, backend: TfjsWebgpu, program: StepProgram): CompiledStep {
  const { device, queue } = backend;
  const held = heldVariables(program);
  const own = ownBuffers(tf, backend, held);
  const failure = failureFlagOf(device, program.owner);
  const read = program.constants.filter((variable) => !held.includes(variable));
  let tape: StepTape | undefined;
  let readTensors: readonly object[] = [];
  let precision = backend.precision;
  let ring: ReturnType<typeof createReadbackRing> | undefined;

  const currentTape = (): StepTape => {
    own.settle();
    const now = read.map(({ dataId }) => dataId);
    const isSame =
      precision === backend.precision && now.every((dataId, i) => dataId === readTensors[i]);
    if (isSame && tape?.isCurrent()) return tape;
    tape?.dispose();
    precision = backend.precision;
    tape = record(tf, backend, program, held, own, failure);
    readTensors = now;
    ring ??= createReadbackRing(device, GATE_BYTES + 4 * tape.results.length);
    return tape;
  };

  return {
    async run(inputs, numbers, share) {
      const { gate, results, ...current } = currentTape();
      flush(backend);
      queue.writeBuffer(current.numbers, 0, rowsOf(numbers, share));
      const encoder = device.createCommandEncoder();
      const written = writeInputs(
        backend,
        encoder,
        inputs.map(({ values }, i) => ({ from: values, to: current.inputs[i] as DeviceBuffer })),
      );
      current.play(encoder);
      const through = ring as ReturnType<typeof createReadbackRing>;
      const answer = through.take();
      encoder.copyBufferToBuffer(gate, 0, answer, 0, GATE_BYTES);
      results.forEach(({ buffer }, i) => {
        encoder.copyBufferToBuffer(buffer, 0, answer, GATE_BYTES + 4 * i, 4);
      });
      queue.submit([encoder.finish()]);
      written();
      const reading = through.read(answer);
      return failure.during(async () => {
        const values = new DataView(await (backend.whenSound?.(reading) ?? reading));
        const said = results.map(({ isWhole }, i) =>
          isWhole
            ? values.getInt32(GATE_BYTES + 4 * i, true)
            : values.getFloat32(GATE_BYTES + 4 * i, true),
        );
        const isOpen = values.getUint32(0, true) === 1;
        // Finite results behind a closed gate are those of a step after one that failed.
        const isLeftOut = !isOpen && said.every(Number.isFinite);
        return { isOpen, values: isLeftOut ? said.map(() => Number.NaN) : said };
      }, queue);
    },
    dispose() {
      tape?.dispose();
      ring?.destroy();
      own.release();
    },
  };
}

function record(
  tf: Tf,
  backend: TfjsWebgpu,
  program: StepProgram,
  held: readonly Variable[],
  own: OwnBuffers,
  failure: FailureFlag,
): StepTape {
  const { device } = backend;
  const { learned, assigned, averages, isRateInside } = program;
  const bufferOfVariable = new Map(held.map((variable, i) => [variable, own.buffers[i]]));
  const variableAt = (variable: Variable) => bufferOfVariable.get(variable) as DeviceBuffer;
  let parts: Omit<StepTape, keyof Tape> | undefined;
  const writeDown = (recorder: Recorder) => {
    const storage = (bytes: number) => recorder.createBuffer(bytes, TENSOR_USAGE);
    const inputs = program.inputs.map(({ values }) => storage(values.byteLength));
    const given = program.inputs.map(({ shape, values }, i) =>
      recorder.tensorAt(
        inputs[i] as DeviceBuffer,
        shape,
        values instanceof Int32Array ? 'int32' : 'float32',
      ),
    );
    const { loss, squaredNorm, gradients, results } = program.record(
      given,
      () => {},
      () => {
        throw new Error('the webgpu backend trains in one process');
      },
    );
    const { bufferOf, dispatch } = recorder;
    const numbers = recorder.createBuffer(
      (learned.length + 1) * ROW_BYTES,
      USAGE.uniform | USAGE.copyTarget,
    );
    const rowAt = (row: number) => ({ buffer: numbers, offset: row * ROW_BYTES, size: 16 });
    const gate = storage(GATE_BYTES);
    dispatch(
      gateProgram(device, program.clipNorm),
      [bufferOf(loss), bufferOf(squaredNorm), failure.buffer, gate],
      [1, 1, 1],
    );
    learned.forEach(({ variable, velocity }, row) => {
      const slope = bufferOf(gradients[row] as Tensor);
      dispatch(
        updateProgram(device, variable.size, isRateInside),
        [variableAt(variable), variableAt(velocity), slope, rowAt(row), gate],
        workgroupsOf(variable.size),
      );
    });
    for (const variable of assigned) {
      dispatch(
        storeProgram(device, variable.size),
        [variableAt(variable), bufferOf(variable), gate],
        workgroupsOf(variable.size),
      );
    }
    for (const { mean, live } of averages) {
      dispatch(
        averageProgram(device, mean.size),
        [variableAt(mean), variableAt(live), rowAt(learned.length), gate],
        workgroupsOf(mean.size),
      );
    }
    parts = {
      inputs,
      numbers,
      gate,
      results: results.map((result) => ({
        buffer: bufferOf(result),
        isWhole: result.dtype === 'int32',
      })),
    };
  };
  const tape = recordTape(tf, backend, new Set([...own.buffers, failure.buffer]), (recorder) => {
    const before = assigned.map((variable) => tf.clone(variable));
    try {
      writeDown(recorder);
    } finally {
      // Back to their buffers, while those of what was assigned are the tape's.
      assigned.forEach((variable, i) => {
        variable.assign(before[i] as Tensor);
      });
    }
  });
  return { ...tape, ...(parts as Omit<StepTape, keyof Tape>) };
}

/** The numbers, each three at the start of a row, and the share in the last. */
function rowsOf(numbers: Float64Array, share: number): Float32Array {
  const width = ROW_BYTES / 4;
  const rows = new Float32Array((numbers.length / 3 + 1) * width);
  numbers.forEach((value, at) => {
    rows[Math.floor(at / 3) * width + (at % 3)] = value;
  });
  rows[rows.length - width] = share;
  return rows;
}
