import type { Weight } from '@alexnet/convert';

export type FilterView = 'rgb' | 'gray' | 'red' | 'green' | 'blue' | 'opponent';
export type FilterScale = 'filter' | 'global';

/** Rows are directions in color space: what a view shows of each pixel's three weights. */
const PROJECTIONS: Record<
  Exclude<FilterView, 'rgb' | 'opponent'>,
  readonly [number, number, number]
> = {
  gray: [1 / 3, 1 / 3, 1 / 3],
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
};

/**
 * conv1 filters as one image each, [kernel height, kernel width], for the screen.
 *
 * `filters` is HWIO with three input channels. Values map symmetrically around zero to mid gray,
 * by the largest magnitude in each filter or in all of them. `opponent` takes the mean of the
 * three weights out of every pixel, leaving color alone.
 */
export function filterTiles(filters: Weight, view: FilterView, scale: FilterScale): ImageData[] {
  const [height = 0, width = 0, depth = 0, count = 0] = filters.shape;
  if (depth !== 3) throw new Error(`conv1 reads ${depth} channels; filters are drawn for three.`);
  const values = new Float32Array(count * height * width * 3);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let filter = 0; filter < count; filter++) {
      const at = (c: number) => filters.data[(pixel * 3 + c) * count + filter] ?? 0;
      const rgb = [at(0), at(1), at(2)] as const;
      values.set(project(rgb, view), (filter * height * width + pixel) * 3);
    }
  }
  const size = height * width * 3;
  const largest = Array.from({ length: count }, (_, filter) =>
    magnitude(values.subarray(filter * size, (filter + 1) * size)),
  );
  const overall = Math.max(...largest, Number.MIN_VALUE);
  return largest.map((own, filter) => {
    const image = new ImageData(width, height);
    const unit = 127.5 / (scale === 'global' ? overall : own || 1);
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < 3; c++) {
        image.data[pixel * 4 + c] = 127.5 + unit * (values[filter * size + pixel * 3 + c] ?? 0);
      }
      image.data[pixel * 4 + 3] = 255;
    }
    return image;
  });
}

type Rgb = readonly [number, number, number];

function project(rgb: Rgb, view: FilterView): Rgb {
  if (view === 'rgb') return rgb;
  if (view === 'opponent') {
    const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
    return [rgb[0] - mean, rgb[1] - mean, rgb[2] - mean];
  }
  const [r, g, b] = PROJECTIONS[view];
  const value = r * rgb[0] + g * rgb[1] + b * rgb[2];
  return [value, value, value];
}

function magnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
