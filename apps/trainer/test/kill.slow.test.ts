import { createHash } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRng } from '@alexnet/augment';
import { decodeSafetensors } from '@alexnet/convert';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet, type Ended, type Running, startAlexnet } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

/** More of them by hand: ALEXNET_KILLS=20. */
const KILLS = Number(process.env.ALEXNET_KILLS ?? 3);
/** Enough updates for all of them. */
const EPOCHS = 4 + Math.ceil(KILLS / 2);
const SEED = 2012;
/** What the command says when it begins to train or to go on. */
const TRAINING = /epoch +\d+\/|updates done/;

let folder: string;
let data: string;
let whole: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-kill-'));
  data = join(folder, 'images');
  await writeClassFolders(data, { train: 16, val: 4 });
  whole = join(folder, 'whole');
  expect(await alexnet('train', ...settings(whole))).toMatchObject({ code: 0 });
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const settings = (out: string) => [
  `--out=${out}`,
  `--data=${data}`,
  `--epochs=${EPOCHS}`,
  '--set=ema=0.9',
  '--checkpoint-every=0.001s',
  ...TINY_RUN,
];

/** Starts the run, or goes on with it. */
function start(out: string): Running {
  return existsSync(join(out, 'run.json'))
    ? startAlexnet(
        'train',
        '--resume',
        `--out=${out}`,
        '--backend=cpu',
        '--checkpoint-every=0.001s',
      )
    : startAlexnet('train', ...settings(out));
}

/** SHA-256 of every tensor of a run's final weights. */
async function fingerprints(run: string): Promise<Record<string, string>> {
  const { tensors } = decodeSafetensors(await readFile(join(run, 'weights.safetensors')));
  return Object.fromEntries(
    [...tensors].map(([name, { data }]) => [name, createHash('sha256').update(data).digest('hex')]),
  );
}

/** What the metrics say of learning; speeds differ from run to run. */
async function learning(run: string) {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { imagesPerSecond: _, wait: __, seconds: ___, ...rest } = JSON.parse(line);
      return rest;
    });
}

async function expectSameAsWhole(run: string) {
  expect(await fingerprints(run)).toEqual(await fingerprints(whole));
  expect(await learning(run)).toEqual(await learning(whole));
  expect((await readdir(join(run, 'checkpoints'))).filter((name) => name.endsWith('.tmp'))).toEqual(
    [],
  );
}

/** Resolves when the `count`th checkpoint from now begins to be written, or the process ended. */
async function nthCheckpoint(run: string, running: Running, count: number): Promise<void> {
  await mkdir(join(run, 'checkpoints'), { recursive: true });
  await running.said(TRAINING);
  const begun = new Set<string>();
  const watcher = watch(join(run, 'checkpoints'));
  await Promise.race([
    new Promise<void>((resolve) => {
      watcher.on('change', (_, name) => {
        if (String(name).endsWith('.tmp')) begun.add(String(name));
        if (begun.size >= count) resolve();
      });
    }),
    running.ended,
  ]);
  watcher.close();
}

test(`killed at ${KILLS} random moments and resumed, it ends with the weights of the run never killed`, async () => {
  const run = join(folder, 'killed');
  const rng = createRng(SEED);
  const log: string[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    const running = start(run);
    const when = ['start', 'training', 'writing'][kill % 3] as string;
    if (when === 'start') await sleep(1500 * rng.next());
    // A few updates further each time, so that the kills are spread over the whole run.
    if (when !== 'start') await nthCheckpoint(run, running, 2 + Math.floor(3 * rng.next()));
    if (when === 'training') await sleep(150 * rng.next());
    running.process.kill('SIGKILL');
    const { code, signal, stderr } = await running.ended;
    expect(signal, `exit code ${code} before kill ${kill}: ${stderr}`).toBe('SIGKILL');
    const names = await readdir(join(run, 'checkpoints')).catch(() => []);
    log.push(`${kill} ${when}: ${names.sort().join(' ') || 'nothing saved yet'}`);
  }
  console.info(log.join('\n'));
  const { code, stderr } = await start(run).ended;
  expect(stderr).toMatch(/resuming at epoch \d+, step \d+/);
  expect(code).toBe(0);
  await expectSameAsWhole(run);
}, 900_000);

test('Ctrl-C saves and exits 130, twice stops at once; either way resuming completes the run', async () => {
  const run = join(folder, 'interrupted');
  const interrupted = async (times: number): Promise<Ended> => {
    const running = start(run);
    await running.said(/epoch +2\//);
    for (let time = 0; time < times; time++) {
      running.process.kill('SIGINT');
      await running.said(/finishing this step/);
    }
    return running.ended;
  };
  const once = await interrupted(1);
  expect(once).toMatchObject({ code: 130, signal: null });
  expect(once.stderr).toContain(`go on with: alexnet train --resume --out ${run}`);
  const twice = await interrupted(2);
  expect(twice).toMatchObject({ code: 130, signal: null });
  const last = await start(run).ended;
  expect(last.code).toBe(0);
  await expectSameAsWhole(run);
}, 600_000);
