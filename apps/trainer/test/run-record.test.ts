import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { INITIAL_STATE } from '@alexnet/trainer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimFolder } from '../src/run/claim-folder.js';
import { refuseLostWork } from '../src/run/refuse-lost-work.js';
import { doneAlready, refuseChanges, resumed } from '../src/run/resume-rules.js';
import { lockRun } from '../src/run/run-lock.js';
import { partsInWords, presentPart, withPart } from '../src/run/run-part.js';
import { readRun, writeRun } from '../src/run-folder.js';
import { writeFixtureRun } from './fixture-run.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-record-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const holder = (changes: object) =>
  writeFile(
    join(folder, 'run.lock'),
    JSON.stringify({ pid: 1, host: hostname(), started: null, since: 'then', ...changes }),
  );

test('a run that a living process holds is refused by its number, and free once that has ended', async () => {
  // Process 1 lives wherever there are processes.
  await holder({ pid: 1 });
  await expect(lockRun(folder)).rejects.toThrow(/is being trained by process 1 since then/);
  // The same number, but the process that wrote it began at another time.
  await holder({ pid: process.ppid, started: '-1' });
  const release = await lockRun(folder);
  await release();
  expect(await readdir(folder)).toEqual([]);
});

test('a process of another machine cannot be asked: what to remove is said', async () => {
  await holder({ host: 'elsewhere' });
  await expect(lockRun(folder)).rejects.toThrow(/on elsewhere since then: .*remove .*run\.lock/);
});

test('the lock in a copy of a folder that is being trained in holds the folder, not the copy', async () => {
  const copy = join(folder, 'copy');
  await mkdir(copy);
  const text = JSON.stringify({ pid: 1, host: hostname(), started: null, since: 'then', folder });
  await writeFile(join(folder, 'run.lock'), text);
  await writeFile(join(copy, 'run.lock'), text);
  await expect(lockRun(folder)).rejects.toThrow(/is being trained/);
  await (await lockRun(copy))();
  // Moved, or its first place not to be seen from here: nothing says that it is a copy.
  await writeFile(join(copy, 'run.lock'), text);
  await rm(join(folder, 'run.lock'));
  await expect(lockRun(copy)).rejects.toThrow(/is being trained/);
});

test('where no lock can be written, it is said why', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(lockRun(file)).rejects.toThrow(/cannot write \S+run\.lock: \S+file is not a folder/);
});

test('a lock that was cut off while it was written holds nothing', async () => {
  await writeFile(join(folder, 'run.lock'), '{"pid":');
  await (await lockRun(folder))();
  expect(await readdir(folder)).toEqual([]);
});

test('a run without a checkpoint begins anew only where it cannot have had one', async () => {
  const step = (epoch: number) => JSON.stringify({ kind: 'step', step: 8 * epoch, epoch });
  await writeFile(join(folder, 'metrics.jsonl'), `${step(1)}\n`);
  await refuseLostWork(folder, 0);
  await expect(refuseLostWork(folder, 1)).rejects.toThrow(/checkpoint of it is damaged/);
  await writeFile(join(folder, 'metrics.jsonl'), `${step(1)}\n${step(2)}\n`);
  await expect(refuseLostWork(folder, 0)).rejects.toThrow(/not there any more: bring one back/);
  await writeFile(join(folder, 'metrics.jsonl'), '');
  await writeFile(join(folder, 'weights.safetensors'), '');
  await expect(refuseLostWork(folder, 0)).rejects.toThrow(/train --init \S+ starts another/);
});

test('a mean image lies beside the record, whole, and not in it', async () => {
  const record = await writeFixtureRun(folder);
  const data = Float32Array.from({ length: 4 * 5 * 3 }, (_, i) => i / 7);
  const mean = { height: 4, width: 5, data };
  const preprocessing = { ...record.preprocessing, mean };
  await writeRun(folder, { ...record, preprocessing });
  const { preprocessing: written } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
  expect(written.mean).toEqual({ file: 'mean-image.npy' });
  expect((await readRun(folder))?.preprocessing).toEqual(preprocessing);

  const path = join(folder, 'mean-image.npy');
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, -4));
  await expect(readRun(folder)).rejects.toThrow(
    /mean-image\.npy is no mean image: \[height, width, 3\]/,
  );
  await rm(path);
  await expect(readRun(folder)).rejects.toThrow(/mean-image\.npy is missing/);
});

test('a start that saved nothing leaves no folder, and one that was killed does not block the retry', async () => {
  const out = join(folder, 'run');
  const record = await writeFixtureRun(folder);
  const first = await claimFolder(out, false);
  await writeRun(out, record);
  await first.release();
  expect(await readdir(folder)).not.toContain('run');

  const killed = await claimFolder(out, false);
  await writeRun(out, record);
  await rm(join(out, 'run.lock'));
  const retry = await claimFolder(out, false);
  expect(retry.record).toBeNull();
  await retry.release();
  await killed.release();
});

test('a new run does not begin on checkpoints or weights that were left', async () => {
  await writeFile(join(folder, 'weights.safetensors'), '');
  await expect(claimFolder(folder, false)).rejects.toThrow(/run\.json is missing/);
  await writeFixtureRun(folder);
  await expect(claimFolder(folder, false)).rejects.toThrow(/already holds a run/);
  const again = await claimFolder(folder, true);
  expect(again.record?.recipe.name).toBe('quick');
  await again.release();
  expect(await readdir(folder)).toContain('run.json');
});

test('a record from before there were parts names its backend as the first one', async () => {
  const { parts, limits: _, ...record } = await writeFixtureRun(folder);
  const [part] = parts;
  const earlier = { ...record, backend: part?.backend, device: part?.device };
  await writeFile(join(folder, 'run.json'), JSON.stringify(earlier));
  const read = await readRun(folder);
  expect(read?.parts).toMatchObject([{ fromStep: 0, backend: 'cpu', device: 'one & only' }]);
  expect(read?.limits.steps).toBeNull();
  expect(read).not.toHaveProperty('backend');
});

test('parts in which no update was made are left out; words name each backend where it began', () => {
  const part = (fromStep: number, name: string, precision: 'fp32' | 'bf16' = 'fp32') =>
    presentPart(fromStep, { name, device: 'here', precision }, '4.22.0', { size: 1, machines: 1 });
  const parts = [part(0, 'wasm'), part(40, 'wasm'), part(40, 'cpu')].reduce<
    ReturnType<typeof part>[]
  >(withPart, []);
  expect(parts.map(({ fromStep, backend }) => [fromStep, backend])).toEqual([
    [0, 'wasm'],
    [40, 'cpu'],
  ]);
  expect(partsInWords(parts)).toBe('wasm (here) from update 1, cpu (here) from update 41');
  expect(partsInWords([part(0, 'wasm'), part(9, 'wasm')])).toBe('wasm (here)');
  expect(partsInWords([part(0, 'tensorflow'), part(9, 'tensorflow', 'bf16')])).toBe(
    'tensorflow (here) from update 1, tensorflow (here, bf16) from update 10',
  );
});

test('--resume refuses what decides the numbers, and keeps or replaces the rest', async () => {
  const record = await writeFixtureRun(folder);
  const options = { out: folder, set: [] as string[] };
  for (const [given, name] of [
    [{ recipe: 'paper' }, '--recipe'],
    [{ seed: 2 }, '--seed'],
    [{ lr: 0.1 }, '--lr'],
    [{ set: ['momentum=0.5'] }, '--set'],
  ] as const) {
    const typed = { ...options, ...given };
    expect(() => refuseChanges({ ...typed, set: [...typed.set] }, record)).toThrow(
      `as it was started (recipe quick, seed 1): leave out ${name}`,
    );
  }
  const state = { ...INITIAL_STATE, epoch: 2, globalStep: 10 };
  const limited = { ...record, limits: { ...record.limits, steps: 10 } };
  expect(resumed(options, limited, state).limits.steps).toBe(10);
  expect(resumed({ ...options, steps: 'all' }, limited, state).limits.steps).toBeNull();
  expect(resumed({ ...options, epochs: 5 }, limited, state).recipe.epochs).toBe(5);
  expect(() => resumed({ ...options, epochs: 1 }, limited, state)).toThrow(/has done 2 already/);
  expect(doneAlready(record, state)).toMatch(/all 2 epochs are done; --epochs N/);
  expect(doneAlready({ ...limited, recipe: { ...record.recipe, epochs: 5 } }, state)).toMatch(
    /10 updates of --steps are done/,
  );
  expect(doneAlready({ ...record, recipe: { ...record.recipe, epochs: 5 } }, state)).toBeNull();
  const waits = { ...record, recipe: { ...record.recipe, epochs: 5, stopAfter: 3 } };
  expect(doneAlready(waits, { ...state, epochsSinceBest: 2 })).toBeNull();
  expect(doneAlready(waits, { ...state, epochsSinceBest: 3 })).toMatch(/it stopped early, after 3/);
  expect(await readFile(join(folder, 'run.json'), 'utf8')).toContain('"format":1');
});
