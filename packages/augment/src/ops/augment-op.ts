import type { Rng } from '../rng.js';

/** What is known of a sample at one point of a chain, before any image has been seen. */
export interface SampleState {
  readonly type: 'uint8' | 'float32';
  /** `levels`: gray levels, nominally 0..255. `normalized`: mean and deviation are taken off. */
  readonly unit: 'levels' | 'normalized';
  /** Smallest and largest value possible; infinite once Gaussian noise was added. */
  readonly range: readonly [number, number];
  /** The shorter side where it is known, px. */
  readonly shorterSide: number | null;
  /** Exact size where it is known. */
  readonly size: { readonly height: number; readonly width: number } | null;
}

/** One image on its way through a chain: `[height, width, 3]`, row-major. */
export interface Sample {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** `height · width · 3` values. */
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
}

/** One step of a chain, which declares what it takes and gives. */
export interface AugmentOp {
  /** In the messages of a chain that does not fit. */
  readonly name: string;
  /**
   * The state after this step.
   *
   * @throws {RangeError} saying what it needs instead, when it cannot take `input`.
   */
  describe(input: SampleState): SampleState;
  /** May reuse or replace `sample`; draws from `rng` alone. */
  apply(sample: Sample, rng: Rng): Sample;
}

/** State of any decoded image. */
export const ANY_IMAGE: SampleState = {
  type: 'uint8',
  unit: 'levels',
  range: [0, 255],
  shorterSide: null,
  size: null,
};

/** The state of a sample that has exactly this size. */
export function withSize(state: SampleState, height: number, width: number): SampleState {
  return { ...state, size: { height, width }, shorterSide: Math.min(height, width) };
}

/** Refuses a state that is not 8-bit gray levels. */
export function needBytes(name: string, input: SampleState): void {
  if (input.type === 'uint8' && input.unit === 'levels') return;
  throw new RangeError(
    `${name} takes uint8 gray levels, but is given ${input.type} ${input.unit}; put it before what makes floats`,
  );
}
