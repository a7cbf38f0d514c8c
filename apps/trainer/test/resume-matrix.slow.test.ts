import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeSafetensors } from '@alexnet/convert';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet, type Ended, type Running, startAlexnet } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

/** A run that is stopped in every way it can be, and gone on with: the same run, or a refusal in one line. */

const EPOCHS = 3;
const STEPS_PER_EPOCH = 6;
/** Gives the same bits every time, as plain JavaScript does, in half the time. */
const BACKEND = 'wasm';

let folder: string;
let whole: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-resume-'));
  // Enough validation images for a kill to fall between them.
  await writeClassFolders(join(folder, 'images'), { train: 16, val: 60 });
  const place = { out: join(folder, 'whole'), data: join(folder, 'images') };
  expect(await start(place).ended).toMatchObject({ code: 0 });
  whole = await fingerprints(place.out);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Place {
  readonly out: string;
  readonly data: string;
}

const start = ({ out, data }: Place, ...more: string[]): Running =>
  startAlexnet(
    'train',
    `--out=${out}`,
    `--data=${data}`,
    `--epochs=${EPOCHS}`,
    '--set=ema=0.9',
    '--checkpoint-every=0.001s',
    ...TINY_RUN,
    `--backend=${BACKEND}`,
    ...more,
  );

const resume = ({ out }: Place, ...more: string[]) =>
  alexnet('train', '--resume', `--out=${out}`, ...more);

/** SHA-256 of every tensor of a run's weights. */
async function fingerprints(
  run: string,
  path = join(run, 'weights.safetensors'),
): Promise<Record<string, string>> {
  const { tensors } = decodeSafetensors(await readFile(path));
  return Object.fromEntries(
    [...tensors].map(([name, { data }]) => [name, createHash('sha256').update(data).digest('hex')]),
  );
}

async function metrics(run: string): Promise<{ kind: string; step: number }[]> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Resolves when the run has made so many updates, or has ended. */
async function updates(run: string, running: Running, count: number): Promise<void> {
  let over = false;
  running.ended.then(() => {
    over = true;
  });
  while (!over && !(await metrics(run)).some(({ step }) => step >= count)) await sleep(2);
}

async function saving(run: string): Promise<void> {
  await mkdir(join(run, 'checkpoints'), { recursive: true });
  const watcher = watch(join(run, 'checkpoints'));
  let seen = 0;
  await new Promise<void>((resolve) => {
    watcher.on('change', (_, name) => {
      if (String(name).endsWith('.tmp') && ++seen > 8) resolve();
    });
  });
  watcher.close();
}

const killed = { code: null, signal: 'SIGKILL' } as const;
const saved = { code: 130, signal: null } as const;

interface Case {
  readonly name: string;
  /** Starts the run and stops it. */
  readonly stop: (place: Place) => Promise<Ended>;
  readonly ended: Partial<Ended>;
  /** What stderr says when it stops. */
  readonly said?: RegExp;
  /** Between the two sittings; gives the options of the second. */
  readonly between?: (place: Place) => Promise<string[]>;
  /** The run was gone on with elsewhere: other rounding, so other bits. */
  readonly otherBits?: true;
  readonly resumed?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'killed in validation',
    async stop(place) {
      const running = start(place);
      await updates(place.out, running, STEPS_PER_EPOCH);
      running.process.kill('SIGKILL');
      const ended = await running.ended;
      const lines = await metrics(place.out);
      expect(lines.some(({ kind }) => kind === 'epoch')).toBe(false);
      return ended;
    },
    ended: killed,
  },
  {
    name: 'SIGTERM in validation',
    async stop(place) {
      const running = start(place);
      await updates(place.out, running, STEPS_PER_EPOCH);
      running.process.kill('SIGTERM');
      const ended = await running.ended;
      const lines = await metrics(place.out);
      expect(lines.some(({ kind }) => kind === 'epoch')).toBe(false);
      return ended;
    },
    ended: saved,
    said: /everything is saved/,
  },
  {
    name: 'killed while saving',
    async stop(place) {
      const running = start(place);
      await Promise.race([saving(place.out), running.ended]);
      running.process.kill('SIGKILL');
      return running.ended;
    },
    ended: killed,
  },
  {
    name: 'disk full',
    async stop(place) {
      const preload = fileURLToPath(new URL('./children/full-disk.mjs', import.meta.url));
      process.env.NODE_OPTIONS = `--import=${preload}`;
      process.env.ALEXNET_TEST_CHECKPOINTS = '5';
      try {
        return await start(place).ended;
      } finally {
        delete process.env.NODE_OPTIONS;
        delete process.env.ALEXNET_TEST_CHECKPOINTS;
      }
    },
    ended: { code: 1 },
    said: /cannot write .*: the disk is full; the last good checkpoint is .*step-/,
  },
  {
    name: 'moved data',
    stop: interrupted,
    ended: saved,
    async between({ data }) {
      await rename(data, `${data}-moved`);
      return [`--data=${data}-moved`];
    },
  },
  {
    name: 'another backend',
    stop: interrupted,
    ended: saved,
    between: async () => ['--backend=cpu'],
    otherBits: true,
    resumed: /trained on wasm .*from here on numbers differ by rounding/,
  },
];

async function interrupted(place: Place): Promise<Ended> {
  const running = start(place);
  await updates(place.out, running, STEPS_PER_EPOCH + 2);
  running.process.kill('SIGINT');
  return running.ended;
}

test.each(CASES)(
  '$name: gone on with, it is the run that was never stopped',
  async (one) => {
    const place = await placeFor(one.name);
    const first = await one.stop(place);
    expect(first, first.stderr).toMatchObject(one.ended);
    if (one.said) expect(first.stderr).toMatch(one.said);
    const options = (await one.between?.(place)) ?? [];
    const second = await resume(place, ...options);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toMatch(/as the run was started: recipe quick, seed 1/);
    if (one.resumed) expect(second.stderr).toMatch(one.resumed);
    const record = JSON.parse(await readFile(join(place.out, 'run.json'), 'utf8'));
    const backends = record.parts.map(({ backend }: { backend: string }) => backend);
    expect(backends.at(-1)).toBe(one.otherBits ? 'cpu' : BACKEND);
    const weights = await fingerprints(place.out);
    if (!one.otherBits) expect(weights).toEqual(whole);
    else {
      expect(Object.keys(weights)).toEqual(Object.keys(whole));
      expect(backends).toEqual([BACKEND, 'cpu']);
    }
  },
  300_000,
);

test('a second process is refused while the first goes on undisturbed', async () => {
  const place = await placeFor('second process');
  const running = start(place);
  await updates(place.out, running, 1);
  const second = await resume(place);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/is being trained by process \d+ since .*: only one process can/);
  expect(await running.ended).toMatchObject({ code: 0 });
  expect(await fingerprints(place.out)).toEqual(whole);
}, 300_000);

test('a finished run that goes on and is stopped is opened as it is now, and keeps what it was', async () => {
  const place = await placeFor('gone on');
  await cp(join(folder, 'whole'), place.out, { recursive: true });
  const more = ['train', '--resume', `--out=${place.out}`, '--epochs=90'];
  const running = startAlexnet(...more, `--data=${place.data}`);
  await updates(place.out, running, EPOCHS * STEPS_PER_EPOCH + 2);
  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect(ended, ended.stderr).toMatchObject(saved);
  expect(ended.stderr).toContain('weights.safetensors, of 18 updates, is kept as weights-18.safe');
  const kept = join(place.out, 'weights-18.safetensors');
  expect(await fingerprints(place.out, kept)).toEqual(whole);
  const png = join(place.out, 'now.png');
  const opened = await alexnet('filters', `--weights=${place.out}`, `--out=${png}`);
  expect(opened.stderr).toMatch(/is not finished: its weights after (2\d|19) updates/);
}, 300_000);

test('a replaced image is noticed at --resume', async () => {
  const place = await placeFor('replaced image');
  expect(await interrupted(place)).toMatchObject(saved);
  await cp(join(place.data, 'train/moss/0.png'), join(place.data, 'train/moss/99.png'));
  await rm(join(place.data, 'train/moss/0.png'));
  const second = await resume(place);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/is not what .* was trained on: /);
}, 300_000);

/** A run of its own on images of its own. */
async function placeFor(name: string): Promise<Place> {
  const home = join(folder, name.replaceAll(' ', '-'));
  const data = join(home, 'images');
  await cp(join(folder, 'images'), data, { recursive: true });
  return { out: join(home, 'run'), data };
}
