import { mkdtemp, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet, startAlexnet } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

/** One experiment as a user meets it, on networks of a few hundred parameters. */

let folder: string;
let results: string;
const ablate = () => [
  'ablate',
  'augmentation',
  `--data=${join(folder, 'images')}`,
  `--results=${join(folder, 'results')}`,
  '--seeds=1',
  '--set=epochs=2',
  ...TINY_RUN.map((option) => option.replace('--batch=', '--set=batchSize=')),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-ablate-'));
  results = join(folder, 'results', 'images-full');
  await writeClassFolders(join(folder, 'images'), { train: 12, val: 5 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const runFiles = () => readdir(join(results, 'runs')).catch(() => []);

test('an interrupted ablation goes on with the runs it lacks and ends in CSV, plot and sentence', async () => {
  const running = startAlexnet(...ablate());
  await running.said(/augmentation: none, seed 1 · training top-1/);
  running.process.kill('SIGINT');
  const interrupted = await running.ended;
  expect(interrupted).toMatchObject({ code: 130, stdout: '' });
  const before = await runFiles();
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(4);

  const sofar = await alexnet(...ablate(), '--finished');
  expect(sofar).toMatchObject({ code: 1, stdout: '' });
  expect(sofar.stderr).toContain('augmentation: no seed was run with all its variants yet');
  expect(await runFiles()).toEqual(before);

  const finished = await alexnet(...ablate());
  expect(finished.code, finished.stderr).toBe(0);
  expect(finished.stderr).toContain(`${before.length} of 4 runs are done already`);
  expect(finished.stderr).not.toContain('augmentation: none, seed 1 · training top-1');
  expect(finished.stdout).toMatch(/^augmentation: Crops, flips.*\n.*\n {4}Undecided here\. /);
  const csv = await readFile(join(results, 'augmentation.csv'), 'utf8');
  expect(csv.trim().split('\n')).toHaveLength(1 + 4);
  expect(await readFile(join(results, 'augmentation-curves.csv'), 'utf8')).toMatch(/\nnone,1,2,/);
  expect(await readFile(join(results, 'augmentation.svg'), 'utf8')).toMatch(
    /^<svg .*Crops, flips/s,
  );

  // Made again, a run is the same but for its time.
  const [redone = ''] = before;
  const path = join(results, 'runs', redone);
  const read = async () => {
    const {
      imagesPerSecond: _,
      seconds: __,
      ...lasting
    } = JSON.parse(await readFile(path, 'utf8'));
    return lasting;
  };
  const first = await read();
  await unlink(path);
  const again = await alexnet(...ablate(), '--json');
  expect(again.stderr).toContain('3 of 4 runs are done already');
  expect(await read()).toEqual(first);
  const { experiments } = JSON.parse(again.stdout);
  expect(experiments[0]).toMatchObject({ experiment: 'augmentation', scale: 'full', epochs: 2 });
  expect(experiments[0].environment.command).not.toContain(folder);

  const asFound = await alexnet(...ablate(), '--seeds=2', '--finished');
  expect(asFound.code, asFound.stderr).toBe(0);
  expect(asFound.stdout).toBe(finished.stdout);
});

test.each([
  [['drpout'], 2, /did you mean dropout\?/],
  [[], 2, /name an experiment, or --all/],
  [['norm', '--all'], 2, /not both/],
  [['norm', '--seeds=0'], 2, /whole number of at least 1/],
  [['norm', '--set=network.widht=1'], 2, /did you mean network\.width\?/],
  [['norm', '--set=network.input=56'], 2, /not a whole number of outputs/],
  [['norm', '--data=/nowhere', '--backend=cpu'], 1, /no such data source/],
] as const)('%j is refused in one line', async (args, code, message) => {
  const ended = await alexnet('ablate', ...args);
  expect(ended.code).toBe(code);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toMatch(message);
});
