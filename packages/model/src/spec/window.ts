import type { ConvSpec, Padding, PoolSpec } from './layer-spec.js';

/** A sliding window along one axis, in pixels. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly rounding: 'exact' | 'floor' | 'ceil';
}

const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

/** The two windows, down and across, of a convolution or a pool. */
export function windowsOf(layer: ConvSpec | PoolSpec): readonly [down: Window, across: Window] {
  const { stride } = layer;
  const [height, width] = layer.op === 'conv' ? layer.kernel : [layer.size, layer.size];
  const { padding = NO_PADDING, rounding = 'floor' } = layer;
  return [
    { kernel: height, stride, before: padding.top, after: padding.bottom, rounding },
    { kernel: width, stride, before: padding.left, after: padding.right, rounding },
  ];
}

/** The fewest input pixels that give `outputs` window positions. */
export function inputFor(outputs: number, window: Window): number {
  const { kernel, stride, before, after, rounding } = window;
  // A last window that may hang over needs no more than its first place.
  const spared = rounding === 'ceil' && outputs > 1 ? stride - 1 : 0;
  return (outputs - 1) * stride + kernel - before - after - spared;
}

/**
 * Positions of a window over `input` pixels.
 *
 * @throws {Error} When the window does not fit, or fits a fractional number of times and the layer
 * does not round down; the message spells out the sum and what to do.
 */
export function outputLength(layer: string, input: number, window: Window): number {
  const { kernel, stride, before, after, rounding } = window;
  const room = input + before + after;
  const sum = `(${[input, ...(before || after ? [before, after] : [])].join(' + ')} - ${kernel}) / ${stride} + 1`;
  if (kernel > room) {
    throw new Error(
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
  throw new Error(
    `${layer}: ${sum} = ${decimal((room - kernel) / stride + 1)} is not a whole number of outputs. ` +
      `Use ${input + missing}${smaller} pixels, or keep ${input} with padding ${before} before and ${after + missing} after.`,
  );
}

function decimal(value: number): string {
  return String(Number(value.toFixed(4)));
}
