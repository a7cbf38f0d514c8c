import type { LayerSpec, NetworkSpec } from '@alexnet/model';

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
    const window = windowOf(below);
    if (!window) continue;
    rows = widen(rows, window.height, window.stride, window.top);
    columns = widen(columns, window.width, window.stride, window.left);
    steps.push({ layer: below.name, rows, columns });
  }
  return steps;
}

function widen({ low, high }: Span, size: number, stride: number, padding: number): Span {
  return { low: low * stride - padding, high: high * stride - padding + size - 1 };
}

function windowOf(layer: LayerSpec) {
  switch (layer.op) {
    case 'conv':
      return {
        height: layer.kernel[0],
        width: layer.kernel[1],
        stride: layer.stride,
        top: layer.padding.top,
        left: layer.padding.left,
      };
    case 'pool':
      return {
        height: layer.size,
        width: layer.size,
        stride: layer.stride,
        top: layer.padding?.top ?? 0,
        left: layer.padding?.left ?? 0,
      };
    case 'mapnorm': {
      const reach = (layer.size - 1) / 2;
      return { height: layer.size, width: layer.size, stride: 1, top: reach, left: reach };
    }
    default:
      return null;
  }
}

/** True when the layer has maps with places in them, not just a list of units. */
export function hasPlaces(spec: NetworkSpec, layer: string): boolean {
  for (const { name, op } of spec.layers) {
    if (op === 'flatten' || op === 'globalpool' || op === 'dense') return false;
    if (name === layer) return true;
  }
  return false;
}
