import type { RgbImage } from '@alexnet/augment';
import type { Weight } from '@alexnet/convert';
import type { ConvSpec } from '@alexnet/model';

/** One output of the first convolution, multiplied out. */
export interface FirstLayerSum {
  readonly products: number;
  /** Σ weight · pixel, without the bias. */
  readonly sum: number;
  readonly bias: number;
}

/**
 * Multiplies one window of the prepared image with one filter, the way the network does.
 *
 * `input` is [height, width, 3] as prepared; windows reaching into padding meet zeros there.
 */
export function firstLayerSum(
  spec: ConvSpec,
  filters: Weight,
  bias: Weight,
  input: Float32Array,
  size: Pick<RgbImage, 'height' | 'width'>,
  place: { readonly row: number; readonly column: number; readonly unit: number },
): FirstLayerSum {
  const [height, width] = spec.kernel;
  const top = place.row * spec.stride - spec.padding.top;
  const left = place.column * spec.stride - spec.padding.left;
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [py, px] = [top + y, left + x];
      if (py < 0 || px < 0 || py >= size.height || px >= size.width) continue;
      for (let c = 0; c < 3; c++) {
        const weight = filters.data[((y * width + x) * 3 + c) * spec.filters + place.unit] ?? 0;
        sum += weight * (input[(py * size.width + px) * 3 + c] ?? 0);
      }
    }
  }
  return { products: height * width * 3, sum, bias: bias.data[place.unit] ?? 0 };
}
