import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet } from './alexnet.js';
import { TINY_RUN } from './class-folders.js';

/**
 * Four classes of noise, in which there is nothing to learn but the images themselves: images that were
 * trained on would show at once among those that are scored.
 */

const CLASSES = ['ash', 'elm', 'fir', 'oak'];
const EACH = 20;
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
    '--epochs=2',
    '--seed=7',
    '--validation-share=0.25',
    ...TINY_RUN,
  );
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stdout).toContain('20 images scored: held out for validation');
}, 280_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function evaluate(...args: string[]) {
  const result = await alexnet('eval', `--weights=${run}`, '--backend=cpu', '--json', ...args);
  expect(result).toMatchObject({ code: 0 });
  const { evaluations, scored } = JSON.parse(result.stdout);
  return { ...evaluations[0], scored } as { images: number; top1: number; scored: string };
}

async function finalTop1(): Promise<number> {
  const { evaluations } = JSON.parse(await readFile(join(run, 'evaluation.json'), 'utf8'));
  return evaluations[0].top1;
}

test('eval of a run on its data scores what it held out, as the end of training did', async () => {
  const held = await evaluate(`--data=${data}`);
  expect(held.images).toBe(20);
  expect(held.scored).toContain('what the run held out of noise; the 60 it was trained on');
  expect(held.top1).toBe(await finalTop1());
  const trained = await evaluate(`--data=${data}`, '--split=train');
  expect(trained.images).toBe(60);
});

test('an archive of the folder holds out the same files', async () => {
  execFileSync('tar', ['cf', join(folder, 'noise.tar'), '-C', folder, 'noise']);
  const held = await evaluate(`--data=${join(folder, 'noise.tar')}`);
  expect(held).toMatchObject({ images: 20, top1: await finalTop1() });
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
  const again = ['train', '--resume', `--out=${run}`, '--backend=cpu'];
  const archived = await alexnet(...again, '--epochs=3', `--data=${join(folder, 'noise.tar')}`);
  expect(archived).toMatchObject({ code: 0 });
  await rm(join(data, 'ash', '0.png'));
  const longer = Buffer.concat([await readFile(join(data, 'elm', '1.png')), Buffer.alloc(1)]);
  await writeFile(join(data, 'elm', '1.png'), longer);
  await writeFile(join(data, 'elm', 'new.png'), longer);
  const changed = await alexnet(...again, '--epochs=4', `--data=${data}`);
  expect(changed.code).toBe(1);
  expect(changed.stderr).toContain('1 missing or renamed');
  expect(changed.stderr).toContain('1 new or renamed (elm/new.png)');
  expect(changed.stderr).toContain('1 replaced (elm/1.png)');
});
