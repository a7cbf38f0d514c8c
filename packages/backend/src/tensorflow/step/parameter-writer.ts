import type { Recorder } from '../ops/record-graph.js';

/** The end of a step's graph: what changes the parameters. Parameters are ids, all else slots. */
export interface ParameterWriter {
  /** By its velocity and gradient, with the numbers of that row. */
  update(variable: number, velocity: number, gradient: number, row: number): void;
  /** A parameter that is not learned takes this value. */
  store(parameter: number, next: number): void;
  /** The moving average of a parameter, once that has its new value. */
  average(mean: number, live: number): void;
  /** The slot of a value that is there once all of this is done. */
  done(): number;
}

/** What all parameters are changed by. */
export interface WriterInputs {
  readonly loss: number;
  readonly squaredNorm: number;
  readonly gradients: readonly number[];
  /** [learned, 3] and a scalar; see `CompiledStep.run` of `@alexnet/model`. */
  readonly numbers: number;
  readonly share: number;
  readonly learned: number;
  readonly clipNorm: number;
  readonly isRateInside: boolean;
}

/** A way to write: where the loss or the norm is not finite every parameter stays as it was. */
export type CreateWriter = (recorder: Recorder, inputs: WriterInputs) => ParameterWriter;
