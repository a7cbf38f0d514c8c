import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { type Model, openModel, saveModel, TARGET_NAMES, type TargetName } from '../src/index.js';
import { randomWeights, sameWeights } from './networks.js';
import { withParts } from './with-parts.js';

const spec = createSpec('paper', { width: 1 / 16, headWidth: 1 / 128, classes: 10, norm: 'batch' });
const weights = randomWeights(spec);

/** Through a format and back, as a user would; most formats hold no provenance. */
async function through(model: Model, format: TargetName): Promise<Model> {
  const { files } = await saveModel(model, format);
  const [name, bytes] = [...files].at(-1) ?? [];
  if (name === undefined || !bytes) throw new Error(`${format} wrote no file`);
  const numbers = format === 'keras' || format === 'numpy';
  const said = numbers ? { dataFormat: 'channels_last' as const } : {};
  const back = await openModel(withParts(name, bytes, files), { spec, ...said });
  expect(back.format).toBe(format);
  return { ...back.model, provenance: null };
}

const pairs = TARGET_NAMES.flatMap((a) =>
  TARGET_NAMES.filter((b) => b !== a).map((b) => [a, b] as const),
);

describe('A to B to A', () => {
  it.each(pairs)('%s → %s gives every bit back', async (a, b) => {
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    let current: Model = file;
    for (const format of [a, b, a]) current = await through(current, format);
    expect(current.spec).toEqual(spec);
    expect(sameWeights(current.weights, weights)).toBe(true);
    expect(current.weights).not.toBe(weights);
  });
});
