import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { atCheckpoint, isCheckpoint } from '../src/lib/weights/checkpoint.js';
import { checkpoint, scaled, smallModel, smallModelBytes } from './support/small-model.js';

describe('a checkpoint', () => {
  it('is the network of its run with other weights, the moving average where there is one', async () => {
    const run = await smallModel();
    const plain = checkpoint({ weights: scaled(run, 2), velocities: scaled(run, 3) });
    expect(isCheckpoint(plain)).toBe(true);
    expect(isCheckpoint(await smallModelBytes())).toBe(false);
    expect(isCheckpoint(new Uint8Array(await readFile(new URL(import.meta.url))))).toBe(false);
    const found = atCheckpoint(run, 'step-00000010.safetensors', plain);
    expect(found.spec).toBe(run.spec);
    expect(found.weights).toEqual(scaled(run, 2));
    const averaged = checkpoint({ weights: scaled(run, 2), average: scaled(run, 4) });
    expect(atCheckpoint(run, 'x', averaged).weights).toEqual(scaled(run, 4));
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
