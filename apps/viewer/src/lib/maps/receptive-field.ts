import { type NetworkSpec, type Window, windowsOf } from '@alexnet/model';

/** Inclusive pixel range; may reach outside the image into padding. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface Field {
  readonly rows: Span;
  readonly columns: Span;
}

/** One step back: what `layer` reads to make the field above it. */
export interface FieldStep extends Field {
  readonly layer: string;
}

/**
 * What pixel (`row`, `column`) of a layer's map can see, traced back to the input.
 *
 * Returns the steps from that layer down; the last one is the field on the input. Layers that work
 * pixel by pixel are left out. Throws for a layer that is not part of `spec`.
 */
export function receptiveField(
  spec: NetworkSpec,
  layer: string,
  row: number,
  column: number,
): FieldStep[] {
  const index = spec.layers.findIndex(({ name }) => name === layer);
  if (index < 0) throw new Error(`The network has no layer "${layer}".`);
  const steps: FieldStep[] = [];
  let rows: Span = { low: row, high: row };
  let columns: Span = { low: column, high: column };
  for (const below of spec.layers.slice(0, index + 1).reverse()) {
    const windows = windowsOf(below);
    if (!windows) continue;
    rows = widen(rows, windows[0]);
    columns = widen(columns, windows[1]);
    steps.push({ layer: below.name, rows, columns });
  }
  return steps;
}

function widen({ low, high }: Span, { kernel, stride, before }: Window): Span {
  return { low: low * stride - before, high: high * stride - before + kernel - 1 };
}

/** True when the layer has maps with places in them, not just a list of units. */
export function hasPlaces(spec: NetworkSpec, layer: string): boolean {
  for (const { name, op } of spec.layers) {
    if (op === 'flatten' || op === 'globalpool' || op === 'dense') return false;
    if (name === layer) return true;
  }
  return false;
}
