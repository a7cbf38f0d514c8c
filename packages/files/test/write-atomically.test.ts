import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { tryLock, withLock, writeAtomically } from '../src/node/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

test('the old content stays where the new one could not be written whole', async () => {
  const path = join(folder, 'x');
  await writeAtomically(path, 'old');
  const failing = async () => {
    throw new Error('in the middle');
  };
  await expect(writeAtomically(path, failing)).rejects.toThrow('in the middle');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['x']);
});

test('says in one line what is in the way', async () => {
  const missing = join(folder, 'none', 'x');
  await expect(writeAtomically(missing, '')).rejects.toThrow(
    `cannot write ${missing}: there is no folder ${join(folder, 'none')}`,
  );
  await writeFile(join(folder, 'file'), '');
  await expect(writeAtomically(join(folder, 'file', 'x'), '')).rejects.toThrow('is not a folder');
});

test('writers at once all succeed, and what killed ones left long ago goes', async () => {
  const path = join(folder, 'x');
  const stale = `${path}.killed.tmp`;
  await writeFile(stale, 'half');
  await utimes(stale, 0, 0);
  await writeFile(`${path}.running.tmp`, 'half');
  const texts = Array.from({ length: 8 }, (_, i) => `text ${i}`);
  await Promise.all(texts.map((content) => writeAtomically(path, content)));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect((await readdir(folder)).sort()).toEqual(['x', 'x.running.tmp']);
});

test('a lock is held by one at a time', async () => {
  const path = join(folder, 'run');
  await mkdir(path);
  const release = await tryLock(path);
  expect(release).not.toBeNull();
  expect(await tryLock(path)).toBeNull();
  const order: string[] = [];
  const waiting = withLock(path, undefined, async () => order.push('second'));
  order.push('first');
  await release?.();
  await waiting;
  expect(order).toEqual(['first', 'second']);
  await release?.();
  await (await tryLock(path))?.();
});
