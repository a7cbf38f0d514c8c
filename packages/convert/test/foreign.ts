import { readFileSync } from 'node:fs';
import { bytesSource } from '@alexnet/files';
import type { Preprocessing } from '@alexnet/model';
import { expect } from 'vitest';
import { type Model, type OpenOptions, openModel } from '../src/index.js';
import { noise } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';

/** What another tool made of the image of `fixtures/foreign/nets.py`. */
export interface GoldenLogits {
  /** Pixels of the image on each side. */
  readonly side: number;
  readonly logits: readonly number[];
}

export function golden(name: string): Record<string, GoldenLogits> {
  return JSON.parse(new TextDecoder().decode(foreign(name)));
}

export function foreign(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./fixtures/foreign/${name}`, import.meta.url)));
}

export async function open(name: string, options: OpenOptions = {}) {
  const beside = async (other: string) => bytesSource(foreign(other));
  const source = { name, bytes: bytesSource(foreign(name)), beside };
  const { model, notes } = await openModel(source, options);
  return { file: model, notes };
}

/** Runs the model on the image the other tool was shown, prepared as the model says. */
export async function expectSameLogits(
  file: Model,
  { side, logits }: GoldenLogits = { side: 0, logits: [] },
  tolerance = 1e-5,
) {
  const { input } = file.spec;
  expect([input.height, input.width]).toEqual([side, side]);
  const pixels = noise(side * side * input.channels, 99);
  const found = await logitsOf(
    file,
    file.preprocessing ? prepared(pixels, file.preprocessing) : pixels,
  );
  expect(relativeDifference(found, logits)).toBeLessThan(tolerance);
}

function prepared(pixels: Float32Array, preprocessing: Preprocessing): Float32Array {
  const { range, mean, std } = preprocessing;
  // A file whose pixels are 0 to 255 says so by dividing them itself.
  const by = range === 1 && !mean && !std ? 255 : 1;
  const means = (mean as readonly number[] | null) ?? [0, 0, 0];
  return pixels.map(
    (value, index) => (value / by - (means[index % 3] ?? 0)) / (std?.[index % 3] ?? 1),
  );
}
