import { ModelError } from '../model-error.js';
import type { ConvSpec, LayerSpec, Padding, PoolSpec } from './layer-spec.js';

/** A sliding window along one axis, in pixels. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly rounding: 'exact' | 'floor' | 'ceil';
}

const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

/** The two windows, down and across, of a layer that slides one; null for any other layer. */
export function windowsOf(layer: ConvSpec | PoolSpec): readonly [down: Window, across: Window];
export function windowsOf(layer: LayerSpec): readonly [down: Window, across: Window] | null;
export function windowsOf(layer: LayerSpec): readonly [down: Window, across: Window] | null {
  switch (layer.op) {
    case 'conv':
      return slidingWindows(layer);
    case 'pool':
      return slidingWindows({ ...layer, kernel: [layer.size, layer.size] });
    case 'mapnorm': {
      // Odd by definition: the sum is taken around each pixel, clipped at the edges.
      const reach = (layer.size - 1) / 2;
      const padding = { top: reach, left: reach, bottom: reach, right: reach };
      return slidingWindows({ kernel: [layer.size, layer.size], stride: 1, padding });
    }
    default:
      return null;
  }
}

/** The two windows of a kernel of this size. */
export function slidingWindows({
  kernel,
  stride,
  padding = NO_PADDING,
  rounding = 'floor',
}: {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding?: Padding | undefined;
  readonly rounding?: Window['rounding'] | undefined;
}): readonly [down: Window, across: Window] {
  const { top, bottom, left, right } = padding;
  return [
    { kernel: kernel[0], stride, before: top, after: bottom, rounding },
    { kernel: kernel[1], stride, before: left, after: right, rounding },
  ];
}

/** The fewest input pixels that give `outputs` window positions. */
export function inputFor(outputs: number, window: Window): number {
  const { kernel, stride, before, after, rounding } = window;
  const start = (outputs - 1) * stride;
  const whole = start + kernel - before - after;
  if (rounding !== 'ceil' || outputs === 1) return whole;
  // A last window that may hang over needs no more than its first place, which is not behind the map.
  return Math.max(whole - (stride - 1), start - before + 1);
}

/**
 * Positions of a window over `input` pixels.
 *
 * @throws {ModelError} When the window does not fit, or fits a fractional number of times and the layer
 * does not round down; the message spells out the sum and what to do.
 */
export function outputLength(layer: string, input: number, window: Window): number {
  const { kernel, stride, before, after, rounding } = window;
  const room = input + before + after;
  const sum = `(${[input, ...(before || after ? [before, after] : [])].join(' + ')} - ${kernel}) / ${stride} + 1`;
  if (kernel > room) {
    throw new ModelError(
      'does-not-fit',
      `${layer}: a window of ${kernel} does not fit ${room} pixels, ${sum} = ${decimal((room - kernel) / stride + 1)}.`,
    );
  }
  const rest = (room - kernel) % stride;
  if (rest === 0 || rounding === 'floor') return Math.floor((room - kernel) / stride) + 1;
  if (rounding === 'ceil') {
    const outputs = Math.ceil((room - kernel) / stride) + 1;
    return (outputs - 1) * stride < input + before ? outputs : outputs - 1;
  }
  const missing = stride - rest;
  const smaller = input > rest && room - rest >= kernel ? ` or ${input - rest}` : '';
  throw new ModelError(
    'fractional-fit',
    `${layer}: ${sum} = ${decimal((room - kernel) / stride + 1)} is not a whole number of outputs. ` +
      `Use ${input + missing}${smaller} pixels, or keep ${input} with padding ${before} before and ${after + missing} after.`,
  );
}

function decimal(value: number): string {
  return String(Number(value.toFixed(4)));
}
