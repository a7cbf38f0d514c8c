import { readFile } from 'node:fs/promises';
import { encodeSafetensors, type SafetensorsTensor } from '@alexnet/convert';
import type { Weight } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { atCheckpoint, isCheckpoint } from '../src/lib/weights/checkpoint.js';
import { smallModel, smallModelBytes } from './support/small-model.js';

/** A file as `alexnet train` keeps its checkpoints: F32 in tfjs layout, groups by prefix. */
function checkpoint(groups: Readonly<Record<string, ReadonlyMap<string, Weight>>>) {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [group, weights] of Object.entries(groups)) {
    for (const [name, { shape, data }] of weights) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      tensors.set(`${group}/${name}`, { dtype: 'F32', shape, data: bytes });
    }
  }
  return encodeSafetensors(tensors, new Map([['alexnet.checkpoint', '{}']]));
}

describe('a checkpoint', () => {
  it('is the network of its run with other weights, the moving average where there is one', async () => {
    const run = await smallModel();
    const scaled = (factor: number) =>
      new Map(
        [...run.weights].map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map((value) => value * factor) },
        ]),
      );
    const plain = checkpoint({ weights: scaled(2), velocities: scaled(3) });
    expect(isCheckpoint(plain)).toBe(true);
    expect(isCheckpoint(await smallModelBytes())).toBe(false);
    expect(isCheckpoint(new Uint8Array(await readFile(new URL(import.meta.url))))).toBe(false);
    const found = atCheckpoint(run, 'step-00000010.safetensors', plain);
    expect(found.spec).toBe(run.spec);
    expect(found.weights).toEqual(scaled(2));
    const averaged = checkpoint({ weights: scaled(2), average: scaled(4) });
    expect(atCheckpoint(run, 'x', averaged).weights).toEqual(scaled(4));
  });

  it('of another network is refused in one line', async () => {
    const run = await smallModel();
    const weights = new Map(run.weights);
    weights.set('fc8.bias', { shape: [7], data: new Float32Array(7) });
    expect(() => atCheckpoint(run, 'step-1', checkpoint({ weights }))).toThrow(
      'step-1 is a checkpoint of another network: its fc8.bias is 7, not 6.',
    );
    weights.delete('fc8.bias');
    expect(() => atCheckpoint(run, 'step-1', checkpoint({ weights }))).toThrow('is missing, not 6');
  });
});
