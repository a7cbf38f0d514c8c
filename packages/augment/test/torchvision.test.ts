import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Rng } from '../src/index.js';
import { drawBoxOfArea, type Interval } from '../src/pipeline/ops/box-of-area.js';
import { colorJitter } from '../src/pipeline/ops/color-jitter.js';
import { develop, viewOf } from '../src/pipeline/view.js';
import { plain } from './image-helpers.js';

/** Made by fixtures/make-torchvision-golden.py with torchvision 0.28. */
const golden: {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly number[];
  readonly jitter: readonly {
    readonly strengths: Readonly<Record<string, number>>;
    readonly draws: readonly number[];
    readonly values: readonly number[];
  }[];
  readonly boxes: readonly {
    readonly kind: 'crop' | 'erasing';
    readonly width: number;
    readonly height: number;
    readonly scale: Interval;
    readonly ratio: Interval;
    readonly draws: readonly number[];
    readonly box: object;
  }[];
} = JSON.parse(readFileSync(new URL('fixtures/torchvision-golden.json', import.meta.url), 'utf8'));

/** Gives the draws torchvision was given. */
function replay(draws: readonly number[]): Rng {
  let at = 0;
  const next = () => draws[at++] ?? Number.NaN;
  return { next, below: (count) => Math.floor(next() * count), normal: () => Number.NaN };
}

test.each(golden.jitter)('color jitter of $strengths is torchvision’s', (example) => {
  const { width, height, pixels } = golden;
  const step = colorJitter.compile(
    { op: 'colorJitter', brightness: 0, contrast: 0, saturation: 0, hue: 0, ...example.strengths },
    { preprocessing: plain(height, height) },
  );
  if (step.stage !== 'image') throw new Error('not an operation on images');
  const rng = replay(example.draws);
  const view = viewOf({ width, height, data: Uint8Array.from(pixels) });
  const { data } = develop(step.apply(view, { own: rng, placement: rng }));
  for (const [i, value] of example.values.entries()) {
    // Rounded once at the end, from float32 here and float64 there.
    expect(Math.abs((data[i] ?? Number.NaN) - value)).toBeLessThan(0.51);
  }
});

test.each(golden.boxes)('a box for $kind in $width × $height px is torchvision’s', (example) => {
  const { kind, scale, ratio, draws, box } = example;
  expect(drawBoxOfArea(kind, example, scale, ratio, replay(draws))).toEqual(box);
});
