import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend, setPrecision } from '@alexnet/backend/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

/** `--precision`: what a run says of it, and what it goes on in. */

const here = await selectBackend({ require: 'tensorflow' })
  .then(({ tf }) => setPrecision(tf, 'auto'))
  .catch(() => 'fp32');
const why = here === 'bf16' ? '' : ' (skipped: no TensorFlow, or no processor for bf16)';

let folder: string;
let data: string;
let run: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-precision-'));
  data = join(folder, 'images');
  run = join(folder, 'run');
  await writeClassFolders(data, { train: 16, val: 5 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const train = (...more: string[]) =>
  alexnet('train', `--data=${data}`, `--out=${run}`, ...TINY_RUN, ...more);

const parts = async () => JSON.parse(await readFile(join(run, 'run.json'), 'utf8')).parts;

test('bf16 is refused in one line where it is not to be had, and nothing is left', async () => {
  const refused = await train('--precision=bf16', '--steps=1');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /alexnet: bf16 is not to be had: the cpu backend computes in float32; use fp32 or auto\n$/,
  );
  await expect(parts()).rejects.toThrow(/ENOENT/);
});

test.skipIf(here !== 'bf16')(
  `a run is recorded in its precision and goes on in it, or in another when asked${why}`,
  async () => {
    // As a recipe file says it, too.
    const begun = await train('--backend=tensorflow', '--set=precision=auto', '--steps=2');
    expect(begun).toMatchObject({ code: 0 });
    expect(begun.stderr).toContain('precision: bf16');
    const resume = (...more: string[]) => alexnet('train', '--resume', `--out=${run}`, ...more);
    expect((await resume('--steps=4')).stderr).toContain('precision: bf16');
    const changed = await resume('--steps=6', '--precision=fp32');
    expect(changed.stderr).toContain(
      'the run was trained in bf16: from here on numbers differ by rounding',
    );
    expect(await parts()).toMatchObject([
      { fromStep: 0, precision: 'bf16' },
      { fromStep: 2, precision: 'bf16' },
      { fromStep: 4, precision: 'fp32' },
    ]);
    const losses = await Promise.all(
      ['fp32', 'bf16'].map(async (precision) => {
        const asked = [`--weights=${run}`, `--data=${data}`, '--backend=tensorflow', '--json'];
        const { stdout } = await alexnet('eval', ...asked, `--precision=${precision}`);
        return JSON.parse(stdout).evaluations[0].loss as number;
      }),
    );
    const [loss = 0, rounded = 0] = losses;
    expect(rounded).not.toBe(loss);
    expect(Math.abs(rounded / loss - 1)).toBeLessThan(0.01);
  },
);
