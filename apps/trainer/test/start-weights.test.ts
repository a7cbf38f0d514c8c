import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModel } from '@alexnet/convert';
import type { Dataset } from '@alexnet/data';
import { createSpec, initialWeights } from '@alexnet/model';
import { expect, test } from 'vitest';
import { openStart } from '../src/start-weights.js';

const IDS = ['n01440764', 'n01443537'];

test.each([
  ['the same names', ['cat', 'dog'], ['cat', 'dog'], []],
  ['another spelling', ['Siamese cat', 'dog'], ['siamese_cat', 'Dog'], []],
  ['WordNet ids for names', ['tench, Tinca tinca', 'goldfish'], IDS, []],
  ['no names, as many', null, ['cat', 'dog'], []],
  ['another order', ['dog', 'cat'], ['cat', 'dog'], ['fc8']],
  ['other classes', ['cat', 'hen'], ['cat', 'dog'], ['fc8']],
  ['one more', ['cat', 'dog'], ['cat', 'dog', 'hen'], ['fc8']],
])('a head for %s starts anew or not', async (_, known, classNames, fresh) => {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-start-'));
  const path = join(folder, 'weights.safetensors');
  const spec = createSpec('alexnet', { classes: 2, width: 1 / 48, headWidth: 1 / 256 });
  const preprocessing = {
    resize: { shorterSide: 256 },
    crop: { height: 227, width: 227 },
    channelOrder: 'rgb',
    range: 255,
    mean: null,
    std: null,
  } as const;
  const weights = new Map(initialWeights(spec, 1));
  await writeFile(
    path,
    writeModel({ spec, weights, preprocessing, classNames: known, provenance: null }),
  );
  const start = await openStart(path, { classNames, classIds: classNames } as unknown as Dataset);
  expect(start.record.fresh).toEqual(fresh);
  expect(start.weights.has('fc8.weight')).toBe(fresh.length === 0);
  expect(start.network.classes).toBe(classNames.length);
  await rm(folder, { recursive: true });
});
