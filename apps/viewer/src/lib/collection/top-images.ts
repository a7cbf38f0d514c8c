import type { Activation } from '@alexnet/classifier';

/** As many as a unit is shown with. */
export const MOST_SHOWN = 9;

/** Where in which image a unit answered how much. */
export interface TopImage {
  /** Index of the image. */
  readonly image: number;
  readonly value: number;
  /** Place on the layer's map; 0 and 0 for a dense layer. */
  readonly row: number;
  readonly column: number;
}

/** The largest value of each unit of one layer for one image, and where on its map it is. */
export interface Peaks {
  readonly values: Float32Array;
  readonly rows: Uint16Array;
  readonly columns: Uint16Array;
}

/** @param activation maps [height, width, units], or the numbers [units] of a dense layer */
export function peaksOf({ shape, data }: Activation): Peaks {
  const units = shape.at(-1) ?? 0;
  const width = shape.length === 3 ? (shape[1] ?? 1) : 1;
  const values = data.slice(0, units);
  const rows = new Uint16Array(units);
  const columns = new Uint16Array(units);
  for (let i = units; i < data.length; i++) {
    const value = data[i] ?? 0;
    const unit = i % units;
    if (value <= (values[unit] ?? 0)) continue;
    const place = Math.floor(i / units);
    values[unit] = value;
    rows[unit] = Math.floor(place / width);
    columns[unit] = place % width;
  }
  return { values, rows, columns };
}

/** The images that excite each unit of one layer most, one place an image, kept while images go by. */
export class TopImages {
  /** For each unit, the best first. */
  private readonly best: TopImage[][] = [];

  /** Takes what the layer makes of the next image. */
  add(image: number, { values, rows, columns }: Peaks): void {
    for (let unit = 0; unit < values.length; unit++) {
      this.best[unit] ??= [];
      const list = this.best[unit];
      const value = values[unit] ?? 0;
      if (!list || (list.length === MOST_SHOWN && value <= (list.at(-1)?.value ?? 0))) continue;
      const entry = { image, value, row: rows[unit] ?? 0, column: columns[unit] ?? 0 };
      const after = list.findIndex((other) => other.value < value);
      list.splice(after < 0 ? list.length : after, 0, entry);
      list.length = Math.min(list.length, MOST_SHOWN);
    }
  }

  /** The best images of a unit, the best first. */
  of(unit: number): readonly TopImage[] {
    return this.best[unit] ?? [];
  }
}
