import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel } from '@alexnet/convert';
import { initialWeights } from '@alexnet/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

/** Fine-tuning: a run that starts from the weights of another, made for other classes. */

let folder: string;
let data: string;
let other: string;
let base: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-init-'));
  data = join(folder, 'images');
  other = join(folder, 'two');
  base = join(folder, 'base');
  await writeClassFolders(data, { train: 12, val: 5 });
  await writeClassFolders(other, { train: 12, val: 5 });
  for (const split of ['train', 'val']) await rm(join(other, split, 'moss'), { recursive: true });
  const mean = '--set=preprocessing.mean=image';
  const args = [`--data=${data}`, `--out=${base}`, '--epochs=1', mean, ...TINY_RUN];
  expect(await alexnet('train', ...args)).toMatchObject({ code: 0 });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const fineTune = (out: string, ...more: readonly string[]) =>
  alexnet('train', `--init=${base}`, `--data=${other}`, `--out=${out}`, '--backend=cpu', ...more);

const weightsOf = async (run: string) =>
  readModel(await readFile(join(run, 'weights.safetensors')));

const bits = ({ data: values }: { readonly data: Float32Array }) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

test('a new run starts from the weights its seed draws, and one that goes on from those it saved', async () => {
  // An update of a bias that starts at 0 is seen, of a weight it is not.
  const out = join(folder, 'still');
  const drawn = new Map(initialWeights((await weightsOf(base)).spec, 9));
  const isDrawn = async () => {
    const { weights } = await weightsOf(out);
    expect([...weights.keys()]).toEqual([...drawn.keys()]);
    for (const [name, { data }] of drawn) {
      const found = weights.get(name)?.data ?? [];
      expect(data.every((value, i) => Math.abs(value - Number(found[i])) < 1e-25)).toBe(true);
    }
  };
  const still = ['--lr=1e-30', '--seed=9', '--steps=1', ...TINY_RUN];
  await alexnet('train', `--data=${data}`, `--out=${out}`, ...still);
  await isDrawn();
  await alexnet('train', '--resume', `--out=${out}`, '--steps=2');
  await isDrawn();
});

test('the head is replaced, frozen layers keep their bits, and a resumed run ends the same', async () => {
  const whole = join(folder, 'whole');
  const stopped = join(folder, 'stopped');
  const args = ['--freeze=conv1,conv2', '--epochs=2', '--batch=8', '--set=network.dropout=0.125'];
  const { code, stderr } = await fineTune(whole, ...args);
  expect([code, stderr]).toEqual([0, expect.stringContaining('fc7; fc8 starts anew')]);

  await fineTune(stopped, ...args, '--steps=1');
  // Nothing but the run folder is needed to go on.
  await rm(join(stopped, 'weights.safetensors'));
  // The limit is kept with the run until it is taken away.
  const goOn = ['train', '--resume', `--out=${stopped}`, '--backend=cpu', '--steps=all'];
  expect(await alexnet(...goOn)).toMatchObject({
    code: 0,
  });

  const [before, after, resumed] = await Promise.all([base, whole, stopped].map(weightsOf));
  expect(after?.spec).toMatchObject({ preset: before?.spec.preset, classes: 2 });
  expect(after?.classNames).toEqual(['amber', 'slate']);
  expect(after?.preprocessing).toEqual(before?.preprocessing);
  expect(after?.preprocessing?.mean).toMatchObject({ height: 36, width: 36 });
  const rates = after?.spec.layers.flatMap((layer) => (layer.op === 'dropout' ? layer.rate : []));
  expect(rates).toEqual([0.125, 0.125]);
  expect(after?.provenance).toMatchObject({ start: { weights: base, fresh: ['fc8'] } });
  for (const [name, weight] of after?.weights ?? []) {
    const old = before?.weights.get(name);
    const kept = old !== undefined && bits(weight) === bits(old);
    expect([name, kept]).toEqual([name, /^conv[12]\./.test(name)]);
    expect(bits(weight), name).toBe(bits(resumed?.weights.get(name) ?? weight));
  }
  expect(resumed?.weights.size).toBe(after?.weights.size);
});

test.each<[string, number, RegExp, readonly string[]]>([
  [
    'another network',
    2,
    /brings its own network .* leave out --preset, /,
    ['--preset=paper', '--set=network.width=2'],
  ],
  ['a layer that is not there', 2, /--freeze conv9: .* did you mean conv\d\?/, ['--freeze=conv9']],
  [
    'everything frozen',
    2,
    /nothing is left to learn/,
    ['--freeze=conv1,conv2,conv3,conv4,conv5,fc6,fc7,fc8'],
  ],
  ['no such weights', 1, /there is no file or run folder/, ['--init=/nowhere.safetensors']],
])('%s is refused in one line', async (_, expected, message, args) => {
  const { code, stdout, stderr } = await fineTune(join(folder, 'refused'), ...args);
  expect([code, stdout]).toEqual([expected, '']);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
});
