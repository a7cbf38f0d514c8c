import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dataset, type Split, takeFingerprint } from '@alexnet/data';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveRecipe } from '../src/plan-run.js';
import { trainedValidation } from '../src/run/trained-validation.js';

const splitOf = (names: string): Split => {
  const records = [...names].map((name) => ({ id: `cat/${name}.png`, label: 0 }));
  const bytes = async (index: number) => Buffer.from(`pixels of ${records[index]?.id}`);
  const image = () => Promise.reject(new Error('not decoded here'));
  return { records, bytes, image, size: async (index) => (await bytes(index)).length };
};

const dataset = (train: string, validation: string, validationFrom = 'held-out') =>
  ({
    name: 'pets',
    classIds: ['cat'],
    train: splitOf(train),
    validation: splitOf(validation),
    validationFrom,
  }) as unknown as Dataset;

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'alexnet-trained-'));
});
afterEach(() => rm(run, { recursive: true }));

const said = (opened: Dataset, trainedSet?: string) =>
  trainedValidation(join(run, 'weights.safetensors'), trainedSet, opened);

test('a run says which validation images the weights it starts from were trained on', async () => {
  const fingerprint = await takeFingerprint(dataset('abcd', 'ef'));
  await writeFile(join(run, 'data.json'), JSON.stringify(fingerprint));
  expect(await said(dataset('abcd', 'ef'))).toBeNull();
  expect(await said(dataset('xy', 'z'))).toBeNull();
  const divided = dataset('aefb', 'cde');
  expect(await said(divided)).toMatch(/trained on 2 of the 3 validation images of pets: [^;]+$/);
  const recipe = await resolveRecipe({ set: [] });
  const record = { format: 1, parts: [], recipe, preprocessing: { mean: null }, seed: 3 };
  const division = { splitSeed: 7, validationShare: 0.2 };
  await writeFile(join(run, 'run.json'), JSON.stringify({ ...record, division }));
  expect(await said(divided)).toMatch(/; --split-seed 7 --validation-share 0.2 holds out what/);
  // Options divide nothing that has a validation folder.
  expect(await said(dataset('aefb', 'cde', 'source'))).toMatch(/2 of the 3 [^;]+$/);
});

test('of weights away from their run it is said that this is not known', async () => {
  expect(await said(dataset('abcd', 'ef'), 'pets')).toMatch(
    /data\.json of their run is not beside/,
  );
  expect(await said(dataset('abcd', 'ef'), 'cars')).toBeNull();
  expect(await said(dataset('abcd', 'ef', 'source'), 'pets')).toBeNull();
});
