/** What is known of a sample at one point of a pipeline, before any image has been seen. */
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

/** @throws {RangeError} for a state that is not 8-bit gray levels. */
export function needBytes(state: SampleState): void {
  if (state.type === 'uint8' && state.unit === 'levels') return;
  throw new RangeError(
    `takes uint8 gray levels, but is given ${state.type} ${state.unit}; put it before what makes floats`,
  );
}

/** @throws {RangeError} for a state that is normalized already. */
export function needLevels(state: SampleState): void {
  if (state.unit === 'levels') return;
  throw new RangeError('takes gray levels, but its input is normalized already');
}
