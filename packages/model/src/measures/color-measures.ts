import { ModelError } from '../model-error.js';
import type { Weight } from '../network/weight.js';
import { energy, type FilterPlanes, filterPlanes } from './filter-planes.js';
import { SPECTRUM_SIZE, spectrum } from './spectrum.js';

/** How much, and in what way, one conv1 filter cares about color. Exact: conv1 is linear. */
export interface FilterColor {
  /** Length of the filter, √Σw²; a dead filter's is far below the others'. */
  readonly norm: number;
  /**
   * Share of the filter's energy off the gray axis, 0..1: 0 for equal weights in R, G and B, 2/3 for
   * a filter that uses one channel alone, 1 for one that sums to zero over the channels.
   */
  readonly chroma: number;
  /** The same after weighting by the color covariance of real pixels; null when none was given. */
  readonly naturalChroma: number | null;
  /**
   * Response to the best colored grating over that to the best gray one, 0..∞ (Johnson, Hawken and
   * Shapley 2001).
   */
  readonly sensitivityRatio: number;
  /** (C - L) / (C + L), -1..1: the same on a bounded scale; 0 for a filter of zeros. */
  readonly sensitivityContrast: number;
  /** By the ratio: below 0.5 `luminance`, up to 2 `color-luminance`, above `color`. */
  readonly kind: 'luminance' | 'color-luminance' | 'color';
  /**
   * Color response to a uniform field over the best to any grating, 0..1. Near 1 a blob, below ½ a
   * color edge. Null for a `luminance` filter, whose color response means little.
   */
  readonly uniformity: number | null;
  /** `single` opponent from ½ up, `double` below; null where {@link uniformity} is. */
  readonly opponency: 'single' | 'double' | null;
  /**
   * Axis of strongest color in the plane of red-green (0°) and yellow-blue (90°), degrees in
   * [0, 180): an axis, as a filter that likes red on one side likes green on the other. Null without
   * any chroma.
   */
  readonly hueAxis: number | null;
}

/** Options of {@link measureFilterColors}. */
export interface ColorMeasureOptions {
  /** 3×3 covariance of R, G, B pixel values, any unit, as `measureImageColors` of @alexnet/augment gives its parts. */
  readonly covariance?: readonly (readonly [number, number, number])[];
}

/** Ratios that part the three kinds (Shapley and Hawken 2011, Vision Research 51:701). */
const LUMINANCE_BELOW = 0.5;
const COLOR_ABOVE = 2;

/**
 * Color measures of every conv1 filter.
 *
 * @param weight `conv1.weight`, `[height, width, 3, filters]` (HWIO), channels R, G, B, sides up to 32.
 * @returns One entry per filter.
 * @throws {ModelError} When the filters do not have three channels or are larger than 32×32.
 */
export function measureFilterColors(
  weight: Weight,
  options: ColorMeasureOptions = {},
): readonly FilterColor[] {
  const planes = filterPlanes(weight);
  const { covariance } = options;
  const weighted = covariance && filterPlanes(weight, squareRoot(covariance));
  return planes.map((plane, index) => {
    const natural = weighted?.[index];
    return { ...measure(plane), naturalChroma: natural === undefined ? null : chroma(natural) };
  });
}

function measure(planes: FilterPlanes): Omit<FilterColor, 'naturalChroma'> {
  const { luminance, redGreen, yellowBlue } = planes;
  const total = energy(luminance) + energy(redGreen) + energy(yellowBlue);
  const { gray, color, uniform } = bestGratings(planes);
  const ratio = color === 0 ? 0 : color / gray;
  const kind =
    ratio < LUMINANCE_BELOW ? 'luminance' : ratio > COLOR_ABOVE ? 'color' : 'color-luminance';
  const uniformity = kind === 'luminance' ? null : uniform / color;
  const share = chroma(planes);
  return {
    norm: Math.sqrt(total),
    chroma: share,
    sensitivityRatio: ratio,
    sensitivityContrast: color + gray === 0 ? 0 : (color - gray) / (color + gray),
    kind,
    uniformity,
    opponency: uniformity === null ? null : uniformity < 0.5 ? 'double' : 'single',
    hueAxis: share > NO_CHROMA ? principalAxis(redGreen, yellowBlue) : null,
  };
}

/** Rounding of float32 weights leaves about this share of chroma in a gray filter. */
const NO_CHROMA = 1e-9;

function chroma({ luminance, redGreen, yellowBlue }: FilterPlanes): number {
  const colored = energy(redGreen) + energy(yellowBlue);
  const total = colored + energy(luminance);
  return total === 0 ? 0 : colored / total;
}

/**
 * Largest response to a gray grating, to an equiluminant one of any hue, and to a uniform colored
 * field, all of unit RGB contrast and any phase.
 */
function bestGratings({ height, width, luminance, redGreen, yellowBlue }: FilterPlanes) {
  const l = spectrum(luminance, height, width);
  const o1 = spectrum(redGreen, height, width);
  const o2 = spectrum(yellowBlue, height, width);
  let [gray, color, uniform] = [0, 0, 0];
  for (let i = 0; i < SPECTRUM_SIZE * SPECTRUM_SIZE; i++) {
    const at = (part: Float64Array) => part[i] ?? 0;
    gray = Math.max(gray, Math.hypot(at(l.re), at(l.im)));
    const best = largestSingularValue(at(o1.re), at(o2.re), at(o1.im), at(o2.im));
    color = Math.max(color, best);
    if (i === 0) uniform = best;
  }
  return { gray, color, uniform };
}

/** σ_max of [[a, b], [c, d]], in closed form. */
function largestSingularValue(a: number, b: number, c: number, d: number): number {
  return (Math.hypot(a + d, b - c) + Math.hypot(a - d, b + c)) / 2;
}

/** Direction of most energy in a cloud of points about the origin, degrees in [0, 180). */
function principalAxis(x: Float64Array, y: Float64Array): number {
  const xy = x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  const degrees = (Math.atan2(2 * xy, energy(x) - energy(y)) / 2 / Math.PI) * 180;
  return (degrees + 180) % 180;
}

/**
 * Symmetric square root of a symmetric positive 3×3 matrix, by the Denman–Beavers iteration, which
 * needs no eigenvectors.
 */
function squareRoot(
  covariance: readonly (readonly [number, number, number])[],
): [number, number, number][] {
  let y = covariance.map(([a, b, c]): [number, number, number] => [a, b, c]);
  let z: [number, number, number][] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let step = 0; step < SQUARE_ROOT_STEPS; step++) {
    const [yInverse, zInverse] = [inverse(y), inverse(z)];
    const halfSum = (a: [number, number, number][], b: [number, number, number][]) =>
      a.map((row, i) => row.map((value, j) => (value + (b[i]?.[j] ?? 0)) / 2)) as typeof a;
    y = halfSum(y, zInverse);
    z = halfSum(z, yInverse);
  }
  return y;
}

/** Quadratic convergence after about log₂ of the condition number; pixel covariances have one below 10⁴. */
const SQUARE_ROOT_STEPS = 40;

function inverse(m: readonly (readonly [number, number, number])[]): [number, number, number][] {
  const [[a, b, c], [d, e, f], [g, h, i]] = m as [
    [number, number, number],
    [number, number, number],
    [number, number, number],
  ];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 0)) {
    throw new ModelError(
      'bad-argument',
      'The color covariance is singular; measure it over more varied images.',
    );
  }
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((row) => row.map((value) => value / determinant)) as [number, number, number][];
}
