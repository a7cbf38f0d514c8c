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

/** The images that excite each unit of one layer most, one place an image, kept while images go by. */
export class TopImages {
  /** For each unit, the best first. */
  private readonly best: TopImage[][] = [];

  /** Takes what the layer makes of the next image. */
  add(image: number, { shape, data }: Activation): void {
    const units = shape.at(-1) ?? 0;
    const width = shape.length === 3 ? (shape[1] ?? 1) : 1;
    const values = data.slice(0, units);
    const places = new Int32Array(units);
    for (let i = units; i < data.length; i++) {
      const value = data[i] ?? 0;
      const unit = i % units;
      if (value <= (values[unit] ?? 0)) continue;
      values[unit] = value;
      places[unit] = Math.floor(i / units);
    }
    for (let unit = 0; unit < units; unit++) {
      this.best[unit] ??= [];
      const list = this.best[unit];
      const value = values[unit] ?? 0;
      if (!list || (list.length === MOST_SHOWN && value <= (list.at(-1)?.value ?? 0))) continue;
      const place = places[unit] ?? 0;
      const entry = { image, value, row: Math.floor(place / width), column: place % width };
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
