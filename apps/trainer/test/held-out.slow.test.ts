import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet } from './alexnet.js';

/**
 * Four classes of noise, in which there is nothing to learn but the images themselves. They are learned by
 * heart, so that a single one that was trained on shows among those that are scored: of them nearly all
 * are answered right, of the others one in four.
 */

const CLASSES = ['ash', 'elm', 'fir', 'oak'];
const EACH = 20;
const EPOCHS = 25;
/** Small and without what keeps a network from learning by heart; half a minute of one core. */
const BY_HEART = [
  `--epochs=${EPOCHS}`,
  '--backend=wasm',
  '--batch=8',
  '--set=network.input=33',
  '--set=network.conv1.kernelSize=5',
  '--set=network.conv1.stride=2',
  '--set=network.norm=none',
  '--set=network.width=0.1',
  '--set=network.headWidth=0.02',
  '--set=network.dropout=0',
  '--set=preprocessing.shorterSide=36',
  '--set=augment=[{"op":"resize"},{"op":"centerCrop"},{"op":"normalize"}]',
];
let folder: string;
let data: string;
let run: string;

/** The same noise every time (Numerical Recipes' generator). */
function noise(seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length: 36 * 36 * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-held-out-'));
  data = join(folder, 'noise');
  run = join(folder, 'run');
  for (const [label, name] of CLASSES.entries()) {
    await mkdir(join(data, name), { recursive: true });
    for (let i = 0; i < EACH; i++) {
      const raw = { width: 36, height: 36, channels: 3 } as const;
      const bytes = await sharp(noise(1000 * label + i), { raw })
        .png()
        .toBuffer();
      await writeFile(join(data, name, `${i}.png`), bytes);
    }
  }
  const trained = await alexnet(
    'train',
    `--data=${data}`,
    `--out=${run}`,
    '--seed=7',
    '--validation-share=0.25',
    ...BY_HEART,
  );
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stdout).toContain('20 images scored: held out for validation');
}, 280_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Scores {
  readonly images: number;
  readonly top1: number;
  readonly mistakes: readonly { readonly id: string }[];
}

async function evaluate(...args: string[]): Promise<Scores & { readonly scored: string }> {
  const result = await alexnet('eval', `--weights=${run}`, '--backend=wasm', '--json', ...args);
  expect(result).toMatchObject({ code: 0 });
  const { evaluations, scored } = JSON.parse(result.stdout);
  return { ...evaluations[0], scored };
}

async function atTheEnd(): Promise<Scores> {
  const { evaluations } = JSON.parse(await readFile(join(run, 'evaluation.json'), 'utf8'));
  return evaluations[0];
}

const idsOf = ({ mistakes }: Scores) => mistakes.map(({ id }) => id).sort();

test('eval of a run on its data scores what it held out, as the end of training did', async () => {
  const end = await atTheEnd();
  const held = await evaluate(`--data=${data}`);
  expect(held.scored).toContain('what the run held out of noise; the 60 it was trained on');
  expect([held.images, held.top1]).toEqual([20, end.top1]);
  expect(idsOf(held)).toEqual(idsOf(end));
  const trained = await evaluate(`--data=${data}`, '--split=train');
  expect(trained.images).toBe(60);
  // Chance is 0.25; of 20 images more than 0.6 by chance is one time in 10,000.
  expect(trained.top1).toBeGreaterThan(0.9);
  expect(held.top1).toBeLessThan(0.6);
  expect(held.mistakes.length).toBeGreaterThan(0);
});

test('an archive of the folder holds out the same files', async () => {
  execFileSync('tar', ['cf', join(folder, 'noise.tar'), '-C', folder, 'noise']);
  const held = await evaluate(`--data=${join(folder, 'noise.tar')}`);
  const end = await atTheEnd();
  expect([held.images, held.top1]).toEqual([20, end.top1]);
  expect(idsOf(held)).toEqual(idsOf(end));
});

test('other data are scored whole, even where names and sizes are the same', async () => {
  const other = join(folder, 'other');
  for (const [label, name] of CLASSES.entries()) {
    await mkdir(join(other, name), { recursive: true });
    for (let i = 0; i < 5; i++) {
      const raw = { width: 36, height: 36, channels: 3 } as const;
      const bytes = await sharp(noise(77_000 + 1000 * label + i), { raw })
        .png()
        .toBuffer();
      await writeFile(join(other, name, `${i}.png`), bytes);
    }
  }
  const whole = await evaluate(`--data=${other}`);
  expect(whole).toMatchObject({ images: 20, scored: 'all of other' });
});

test('a run goes on with the images it began with, wherever they are, and with no others', async () => {
  const again = ['train', '--resume', `--out=${run}`, '--backend=wasm'];
  const archived = await alexnet(
    ...again,
    `--epochs=${EPOCHS + 1}`,
    `--data=${join(folder, 'noise.tar')}`,
  );
  expect(archived).toMatchObject({ code: 0 });
  await rm(join(data, 'ash', '0.png'));
  const longer = Buffer.concat([await readFile(join(data, 'elm', '1.png')), Buffer.alloc(1)]);
  await writeFile(join(data, 'elm', '1.png'), longer);
  await writeFile(join(data, 'elm', 'new.png'), longer);
  const changed = await alexnet(...again, `--epochs=${EPOCHS + 2}`, `--data=${data}`);
  expect(changed.code).toBe(1);
  expect(changed.stderr).toContain('1 missing or renamed');
  expect(changed.stderr).toContain('1 new or renamed (elm/new.png)');
  expect(changed.stderr).toContain('1 replaced (elm/1.png)');
});
