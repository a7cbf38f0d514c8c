import { ModelError } from '../model-error.js';
import type { Weight } from '../network/weight.js';

/** One filter split into three orthonormal color directions, each `[height · width]`, row by row. */
export interface FilterPlanes {
  readonly height: number;
  readonly width: number;
  /** Along (1, 1, 1)/√3: light and dark. */
  readonly luminance: Float64Array;
  /** Along (1, -1, 0)/√2: red against green. */
  readonly redGreen: Float64Array;
  /** Along (1, 1, -2)/√6: yellow against blue. */
  readonly yellowBlue: Float64Array;
}

type Rgb = readonly [r: number, g: number, b: number];

const LUMINANCE: Rgb = [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)];
const RED_GREEN: Rgb = [1 / Math.SQRT2, -1 / Math.SQRT2, 0];
const YELLOW_BLUE: Rgb = [1 / Math.sqrt(6), 1 / Math.sqrt(6), -2 / Math.sqrt(6)];

/**
 * Splits every conv1 filter into its color directions, the first of two in every measure here.
 *
 * @param weight `conv1.weight`, `[height, width, 3, filters]` (HWIO), channels R, G, B.
 * @param color Optional symmetric 3×3 matrix applied to the channels of every weight first.
 * @throws {ModelError} When the filters do not have three channels.
 */
export function filterPlanes(weight: Weight, color?: readonly Rgb[]): FilterPlanes[] {
  const [height = 0, width = 0, channels, filters = 0] = weight.shape;
  if (weight.shape.length !== 4 || channels !== 3) {
    throw new ModelError(
      'bad-argument',
      `Color is measured on filters [height, width, 3, filters], not [${weight.shape.join(', ')}].`,
    );
  }
  return Array.from({ length: filters }, (_, filter) => {
    const along = (direction: Rgb) => {
      const [r, g, b] = color === undefined ? direction : transform(color, direction);
      return Float64Array.from({ length: height * width }, (_, pixel) => {
        const at = (channel: number) => weight.data[(pixel * 3 + channel) * filters + filter] ?? 0;
        return r * at(0) + g * at(1) + b * at(2);
      });
    };
    return {
      height,
      width,
      luminance: along(LUMINANCE),
      redGreen: along(RED_GREEN),
      yellowBlue: along(YELLOW_BLUE),
    };
  });
}

/** `M v`; for symmetric M, ⟨M w, v⟩ = ⟨w, M v⟩, so weights need not be transformed one by one. */
function transform(matrix: readonly Rgb[], [x, y, z]: Rgb): Rgb {
  const row = (index: number) => {
    const [a = 0, b = 0, c = 0] = matrix[index] ?? [];
    return a * x + b * y + c * z;
  };
  return [row(0), row(1), row(2)];
}

/** Σ v² */
export function energy(plane: Float64Array): number {
  return plane.reduce((sum, value) => sum + value * value, 0);
}
