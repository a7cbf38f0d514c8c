import { ModelError } from '../model-error.js';
import type { Weight } from '../network/weight.js';

/** How {@link filterImages} draws. */
export interface FilterImageOptions {
  /** `filter` stretches each filter to its own range, `global` all to one range; `filter` when left out. */
  readonly scale?: 'filter' | 'global';
  /** Blocks of filters set apart, one above the other; 1 when left out, 2 for the two-tower network. */
  readonly towers?: number;
  /** Screen pixels per weight; 4 when left out. */
  readonly zoom?: number;
  /** White pixels between filters; 2 when left out. Towers are four times as far apart. */
  readonly gap?: number;
  /** Kernels in a row; 16 when left out, as `shownet.py` draws them. */
  readonly columns?: number;
}

/** An RGBA image, row by row, 0..255; what `ImageData` and PNG encoders take. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * The conv1 filters as one contact sheet.
 *
 * The range of a filter, or of all, is mapped onto 0..255; a filter without any range is drawn gray.
 * Filters of three channels are drawn in color as R, G, B, of one channel in gray.
 *
 * @param weight `conv1.weight`, `[height, width, 1 or 3, filters]` (HWIO).
 * @throws {ModelError} When the shape is another, filters do not divide into towers, or an option is not
 * a whole number above zero.
 */
export function filterImages(weight: Weight, options: FilterImageOptions = {}): RgbaImage {
  const { scale = 'filter', towers = 1, zoom = 4, gap = 2, columns = 16 } = options;
  const [height, width, channels, filters] = shapeOf(weight);
  for (const [name, value] of Object.entries({ towers, zoom, columns, 'gap + 1': gap + 1 })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ModelError(
        'bad-argument',
        `${name} must be a whole number above zero, not ${value}.`,
      );
    }
  }
  if (filters % towers !== 0) {
    throw new ModelError('bad-argument', `${filters} filters do not divide into ${towers} towers.`);
  }
  const perTower = filters / towers;
  const across = Math.min(columns, perTower);
  const down = Math.ceil(perTower / across);
  const [cellWidth, cellHeight] = [width * zoom + gap, height * zoom + gap];
  const towerHeight = down * cellHeight + 3 * gap;
  const sheet = whiteImage(across * cellWidth + gap, towers * towerHeight - 3 * gap + gap);
  const everything = rangeOf(weight.data, 0, 1);
  for (let filter = 0; filter < filters; filter++) {
    const place = filter % perTower;
    const left = gap + (place % across) * cellWidth;
    const top =
      gap + Math.floor(filter / perTower) * towerHeight + Math.floor(place / across) * cellHeight;
    const [low, high] = scale === 'global' ? everything : rangeOf(weight.data, filter, filters);
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const tap = Math.floor(y / zoom) * width + Math.floor(x / zoom);
        const pixel = 4 * ((top + y) * sheet.width + left + x);
        for (let color = 0; color < 3; color++) {
          const channel = channels === 1 ? 0 : color;
          const value = weight.data[(tap * channels + channel) * filters + filter] ?? 0;
          sheet.data[pixel + color] = high > low ? (255 * (value - low)) / (high - low) : 128;
        }
      }
    }
  }
  return sheet;
}

function shapeOf({ shape, data }: Weight): readonly [number, number, number, number] {
  const [height = 0, width = 0, channels = 0, filters = 0] = shape;
  const size = height * width * channels * filters;
  if (shape.length !== 4 || (channels !== 3 && channels !== 1) || size !== data.length) {
    throw new ModelError(
      'bad-argument',
      `Kernels to draw have the shape [height, width, 1 or 3, filters], not [${shape.join(', ')}].`,
    );
  }
  return [height, width, channels, filters];
}

function rangeOf(data: Float32Array, start: number, step: number): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = start; i < data.length; i += step) {
    const value = data[i] ?? 0;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function whiteImage(width: number, height: number): RgbaImage {
  return { width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) };
}
