import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWeights } from '@alexnet/classifier/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNetworkFile } from '../src/weights-file.js';

describe('weights by name', () => {
  let folder: string;
  const before = process.cwd();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alexnet-name-'));
    process.chdir(folder);
  });
  afterAll(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
  });

  it.each([
    ['showcase', 2, 64, 55],
    ['showcase-one-tower', 1, 64, 55],
    ['showcase-modern', 1, 88, 77],
  ] as const)(
    '%s has %i tower(s), 100 classes and its preprocessing',
    async (name, groups, shorterSide, side) => {
      const { spec, preprocessing, classNames, provenance } = (await openNetworkFile(name)).model;
      const conv2 = spec.layers.find((layer) => layer.name === 'conv2');
      expect(conv2).toMatchObject({ groups });
      expect(new Set(classNames).size).toBe(100);
      expect(preprocessing).toMatchObject({
        resize: { shorterSide },
        crop: { height: side, width: side },
      });
      expect(provenance).toMatchObject({ dataset: 'tiny-imagenet-100.tar' });
    },
  );

  it('a file of that name comes first', async () => {
    await writeFile('showcase', 'mine');
    expect((await findWeights('showcase')).path).toBe('showcase');
  });

  it('says so when there is neither', async () => {
    await expect(findWeights('showcast')).rejects.toThrow(
      'there is no file or run folder showcast, and no weights of that name (showcase,',
    );
  });
});
