import type { Weight } from '@alexnet/convert';
import { type FilterColor, measureFilterColors } from '@alexnet/model/measures';

/** What one conv1 filter responds to, from its weights alone. */
export interface FilterMeasure extends FilterColor {
  /** Cycles per pixel of the strongest wave, 0 (blob) to 0.5. */
  readonly frequency: number;
  /** Direction of that wave in degrees, 0 = vertical stripes, to 180. */
  readonly orientation: number;
}

/** Zero-padded transform size: 1/32 cycle per pixel of resolution. */
const SPECTRUM = 32;

/** Measures of every filter of HWIO weights with three input channels. */
export function filterMeasures(filters: Weight): FilterMeasure[] {
  const [height = 0, width = 0, , count = 0] = filters.shape;
  return measureFilterColors(filters).map((color, filter) => {
    const planes = [0, 1, 2].map((c) =>
      Float64Array.from(
        { length: height * width },
        (_, pixel) => filters.data[(pixel * 3 + c) * count + filter] ?? 0,
      ),
    );
    return { ...color, ...strongestWave(planes, height, width) };
  });
}

/** cos(2πk/32); the sine is eight steps back. */
const COSINES = Float64Array.from({ length: SPECTRUM }, (_, k) =>
  Math.cos((2 * Math.PI * k) / SPECTRUM),
);

function strongestWave(planes: readonly Float64Array[], height: number, width: number) {
  let best = -1;
  let frequency = 0;
  let orientation = 0;
  // Real input: half of the plane holds everything.
  for (let v = -SPECTRUM / 2; v < SPECTRUM / 2; v++) {
    for (let u = 0; u <= SPECTRUM / 2; u++) {
      const power = powerAt(planes, height, width, u, v);
      if (power <= best) continue;
      best = power;
      frequency = Math.hypot(u, v) / SPECTRUM;
      orientation = ((Math.atan2(v, u) * 180) / Math.PI + 180) % 180;
    }
  }
  return { frequency: Math.min(0.5, frequency), orientation };
}

function powerAt(
  planes: readonly Float64Array[],
  height: number,
  width: number,
  u: number,
  v: number,
) {
  let power = 0;
  for (const plane of planes) {
    let real = 0;
    let imaginary = 0;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const turn = u * x + v * y;
        const value = plane[i] ?? 0;
        real += value * (COSINES[turn & (SPECTRUM - 1)] ?? 0);
        imaginary -= value * (COSINES[(turn - SPECTRUM / 4) & (SPECTRUM - 1)] ?? 0);
      }
    }
    power += real * real + imaginary * imaginary;
  }
  return power;
}
