import * as v from 'valibot';
import type { Rng } from '../../rng.js';
import { atLeast, within } from '../../settings/schemas.js';
import { needBytes } from '../sample-state.js';
import { operation } from '../step.js';
import { develop, viewOf } from '../view.js';
import { untilEpoch } from './options.js';

/**
 * Changes brightness, contrast, saturation and hue in random order, as torchvision's ColorJitter;
 * values are clipped after each and rounded once at the end.
 */
export const colorJitter = operation(
  () =>
    v.strictObject({
      op: v.literal('colorJitter'),
      brightness: v.optional(atLeast(0, 'Factor uniform in [max(0, 1 - x), 1 + x]; 0 is off.'), 0),
      contrast: v.optional(atLeast(0, 'The same, about the mean gray of the image.'), 0),
      saturation: v.optional(atLeast(0, "The same, about each pixel's own gray."), 0),
      hue: v.optional(within(0, 0.5, 'Shift uniform in [-x, x] turns of the color circle.'), 0),
      untilEpoch: untilEpoch(),
    }),
  ({ brightness, contrast, saturation, hue }) => {
    const factor = (strength: number, rng: Rng) => {
      const low = Math.max(0, 1 - strength);
      return low + (1 + strength - low) * rng.next();
    };
    const steps: ((pixels: Float32Array, rng: Rng) => void)[] = [];
    if (brightness > 0) steps.push((pixels, rng) => blend(pixels, factor(brightness, rng), black));
    if (contrast > 0) {
      steps.push((pixels, rng) => {
        const mean = meanGray(pixels);
        blend(pixels, factor(contrast, rng), () => mean);
      });
    }
    if (saturation > 0) steps.push((pixels, rng) => blend(pixels, factor(saturation, rng), gray));
    if (hue > 0) steps.push((pixels, rng) => turnHue(pixels, hue * (2 * rng.next() - 1)));
    return {
      stage: 'image',
      describe: (input) => {
        needBytes(input);
        return input;
      },
      apply: (view, { own }) => {
        const image = develop(view);
        const pixels = Float32Array.from(image.data);
        for (const step of shuffled(steps, own)) step(pixels, own);
        return viewOf({ ...image, data: Uint8ClampedArray.from(pixels) });
      },
    };
  },
);

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

const black = () => 0;

/** Luma of ITU-R BT.601, as PIL and torchvision weigh it. */
function gray(r: number, g: number, b: number): number {
  return 0.2989 * r + 0.587 * g + 0.114 * b;
}

function meanGray(pixels: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    sum += gray(pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number);
  }
  return sum / (pixels.length / 3);
}

/** pixel ← clip(factor · pixel + (1 − factor) · other). */
function blend(pixels: Float32Array, factor: number, other: typeof gray): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const base = other(pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number);
    for (let c = i; c < i + 3; c++) {
      const value = factor * (pixels[c] as number) + (1 - factor) * base;
      pixels[c] = Math.min(255, Math.max(0, value));
    }
  }
}

/** Turns the hue in HSV space, keeping saturation and value. */
function turnHue(pixels: Float32Array, turns: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = pixels.subarray(i, i + 3) as unknown as [number, number, number];
    const value = Math.max(r, g, b);
    const chroma = value - Math.min(r, g, b);
    if (chroma === 0) continue;
    let sector: number;
    if (value === r) sector = (g - b) / chroma;
    else if (value === g) sector = (b - r) / chroma + 2;
    else sector = (r - g) / chroma + 4;
    const hue = (((sector + 6 * turns) % 6) + 6) % 6;
    // Offsets 5, 3, 1 give red, green, blue (the "alternative" HSV to RGB formula).
    for (const [c, offset] of [5, 3, 1].entries()) {
      const k = (offset + hue) % 6;
      pixels[i + c] = value - chroma * Math.max(0, Math.min(k, 4 - k, 1));
    }
  }
}
