import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet, startAlexnet, startUnder } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

/** The command as a user meets it: one run trained once, then everything that reads it. */

let folder: string;
let data: string;
let run: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-command-'));
  data = join(folder, 'images');
  run = join(folder, 'run');
  await writeClassFolders(data, { train: 12, val: 5 });
  await writeFile(join(data, 'train/moss/broken.jpg'), 'not an image');
  await writeFile(join(data, 'val/slate/broken.png'), 'not an image');
  const trained = await alexnet(
    'train',
    `--data=${data}`,
    `--out=${run}`,
    '--epochs=2',
    '--max-broken=0.1',
    ...TINY_RUN,
  );
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stderr).toMatch(/skipped moss\/broken\.jpg: |skipped .*moss\/broken\.jpg: /);
  expect(trained.stderr).toMatch(/skipped .*slate\/broken\.png: /);
  expect(trained.stdout).toContain('15 images scored, 1 skipped');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the weights carry preprocessing and class names, and eval counts every image', async () => {
  const args = [`--weights=${run}`, `--data=${data}`, '--backend=cpu', '--ten-crop', '--json'];
  const { code, stdout } = await alexnet('eval', '--max-broken=0.1', ...args);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.classNames).toEqual(['amber', 'moss', 'slate']);
  expect(result.evaluations.map(({ view }: { view: string }) => view)).toEqual([
    'center crop',
    'ten crops',
  ]);
  expect(result.evaluations[1].cornerTop1).toBeGreaterThanOrEqual(0);
  for (const { images, confusion } of result.evaluations) {
    expect(images).toBe(15);
    expect(confusion.flat().reduce((sum: number, count: number) => sum + count)).toBe(15);
  }
});

test('over 1 % unreadable images stop train, eval and pack unless told otherwise', async () => {
  const reason = /alexnet: 1 of 16 validation images of .* cannot be read .*--max-broken/;
  const trained = await alexnet(
    'train',
    `--data=${data}`,
    `--out=${join(folder, 'stopped')}`,
    '--epochs=1',
    ...TINY_RUN,
  );
  expect(trained.code).toBe(1);
  expect(trained.stderr).toMatch(reason);
  const evaluated = await alexnet('eval', `--weights=${run}`, `--data=${data}`, '--backend=cpu');
  expect(evaluated.code).toBe(1);
  expect(evaluated.stderr).toContain('1 of 16 images cannot be read, more than 1.0 %');
  expect(evaluated.stdout).toBe('');
  const pack = ['pack', `--data=${data}`, '--size=24', '--format=raw'];
  const packed = await alexnet(...pack, `--out=${join(folder, 'stopped-pack')}`);
  expect(packed.code).toBe(1);
  expect(packed.stderr).toContain('1 of 53 images cannot be decoded');
  const allowed = await alexnet(...pack, '--max-broken=0.1', `--out=${join(folder, 'pack')}`);
  expect(allowed).toMatchObject({ code: 0 });
  expect(allowed.stderr).toMatch(/skipped .*broken\.jpg.*51 images in 2 shards/s);
});

test('predict answers for gray, transparent, turned and CMYK images and names the broken one', async () => {
  const noise = { type: 'gaussian', mean: 120, sigma: 40 } as const;
  const base = () =>
    sharp({ create: { width: 60, height: 44, channels: 3, background: '#777', noise } });
  const files = {
    'gray.png': await base().grayscale().png().toBuffer(),
    'alpha.png': await base().ensureAlpha(0.4).png().toBuffer(),
    'turned.jpg': await base().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'cmyk.jpg': await base().toColorspace('cmyk').jpeg().toBuffer(),
    'broken.jpg': Buffer.from('not an image'),
  };
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  const { code, stdout, stderr } = await alexnet(
    'predict',
    ...paths,
    `--weights=${run}`,
    '--backend=cpu',
    '--ten-crop',
    '--top=3',
    '--json',
  );
  expect(code).toBe(0);
  const { answers, failed } = JSON.parse(stdout);
  expect(answers).toHaveLength(4);
  for (const { top, crops } of answers) {
    const sum = top.reduce(
      (total: number, { probability }: { probability: number }) => total + probability,
      0,
    );
    expect(sum).toBeCloseTo(1, 5);
    expect(crops).toHaveLength(10);
  }
  expect(failed.map(({ image }: { image: string }) => image)).toEqual([join(folder, 'broken.jpg')]);
  expect(stderr).toMatch(/skipped .*broken\.jpg: /);
  const none = await alexnet('predict', `${folder}/broken.jpg`, `--weights=${run}`, '--json');
  expect(none.code).toBe(1);
  expect(JSON.parse(none.stdout)).toMatchObject({ answers: [], failed: [{}] });
});

test('predict ends with its reader, and results that go nowhere are a failure', async () => {
  const many = new Array<string>(60).fill(join(data, 'val'));
  const { process: child, ended } = startAlexnet(
    ...['predict', ...many, 'last.png', `--weights=${run}`, '--backend=cpu'],
  );
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { code, stderr } = await ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('last.png');
  const full = await startUnder(['sh', '-c', 'exec "$@" > /dev/full', 'sh'], ['summary']).ended;
  expect([full.code, full.stderr]).toEqual([
    1,
    'alexnet: cannot write results: ENOSPC: no space left on device, write\n',
  ]);
});

test('filters and ONNX are written where asked', async () => {
  const png = join(folder, 'conv1.png');
  const onnx = join(folder, 'model.onnx');
  expect(await alexnet('filters', `--weights=${run}`, `--out=${png}`)).toMatchObject({ code: 0 });
  expect(await alexnet('convert', run, onnx)).toMatchObject({ code: 0 });
  const { width = 0, height = 0 } = await sharp(png).metadata();
  expect(Math.min(width, height)).toBeGreaterThan(20);
  expect((await readFile(onnx)).includes('probabilities')).toBe(true);
});

test('summary prints one JSON document with the split between convolutions and head', async () => {
  const { code, stdout, stderr } = await alexnet('summary', 'alexnet', '--json');
  expect([code, stderr]).toEqual([0, '']);
  const { split } = JSON.parse(stdout);
  expect(split.total.parameters).toBe(62_378_344);
});

test.each<[string, number, RegExp, (f: { folder: string; data: string; run: string }) => string[]]>(
  [
    [
      'no such data',
      1,
      /no such data source/,
      (f) => ['train', '--data=nowhere', `--out=${f.folder}/x`, '--backend=cpu'],
    ],
    [
      'no class folders',
      1,
      /holds no class folders/,
      (f) => ['train', `--data=${f.folder}/empty`, `--out=${f.folder}/x`, '--backend=cpu'],
    ],
    [
      'one class only',
      1,
      /one class only/,
      (f) => ['train', `--data=${f.folder}/single`, `--out=${f.folder}/x`, '--backend=cpu'],
    ],
    [
      'a folder that holds a run',
      1,
      /already holds a run: continue it with --resume/,
      (f) => ['train', `--data=${f.data}`, `--out=${f.run}`],
    ],
    [
      'nothing to resume',
      1,
      /holds no run to resume/,
      (f) => ['train', '--resume', `--out=${f.folder}/empty`],
    ],
    [
      'settings beside --resume',
      2,
      /as it was started \(recipe quick, seed 1\): leave out --seed, --set/,
      (f) => ['train', '--resume', `--out=${f.run}`, '--seed=9', '--set=momentum=0'],
    ],
    [
      'the recipe of a run that has its own',
      2,
      /--print-recipe writes the recipe of a run that starts anew: leave out --resume/,
      (f) => ['train', '--print-recipe', '--resume', `--out=${f.run}`],
    ],
    [
      'two checkpoints',
      2,
      /'--checkpoint <which>' cannot be used with option '--best'/,
      (f) => [
        'filters',
        `--weights=${f.run}`,
        `--out=${f.folder}/x.png`,
        '--best',
        '--checkpoint=last',
      ],
    ],
    [
      'two ways to write answers',
      2,
      /'--json' cannot be used with option '--format <name>'/,
      (f) => ['predict', 'x.png', `--weights=${f.run}`, '--json', '--format=csv'],
    ],
    [
      'a preprocessing that is neither true nor false',
      2,
      /squash.*nope/,
      (f) => {
        const how = ['size=64', 'crop=55', 'order=rgb', 'range=255', 'squash=nope'];
        return ['convert', f.run, `${f.folder}/x.safetensors`, '--preprocessing', ...how];
      },
    ],
    [
      'an unknown recipe',
      2,
      /no recipe quik; did you mean quick\?/,
      (f) => ['train', `--data=${f.data}`, `--out=${f.folder}/x`, '--recipe=quik'],
    ],
    [
      'an unknown setting',
      2,
      /did you mean learningRate\?/,
      (f) => ['train', `--data=${f.data}`, `--out=${f.folder}/x`, '--set=learnigRate=1'],
    ],
    [
      'an unknown option',
      2,
      /Did you mean --data/,
      (f) => ['train', '--dat=x', `--out=${f.folder}/x`],
    ],
    ['an unknown command', 2, /Did you mean train/, () => ['trian']],
    ['an unknown preset', 2, /did you mean torchvision\?/, () => ['summary', 'torchvison']],
    [
      'a geometry that cannot be',
      2,
      /\(224 - 11\) \/ 4 \+ 1 = 54\.25/,
      () => ['summary', '--input=224'],
    ],
    [
      'an unknown backend',
      2,
      /did you mean "wasm"/,
      (f) => ['eval', `--weights=${f.run}`, `--data=${f.data}`, '--backend=wsam'],
    ],
    [
      'no such weights',
      1,
      /no file or run folder/,
      (f) => ['eval', '--weights=nowhere', `--data=${f.data}`],
    ],
    [
      'damaged weights',
      1,
      /damaged\.safetensors is no usable weights file/,
      (f) => ['filters', `--weights=${f.folder}/damaged.safetensors`, `--out=${f.folder}/x.png`],
    ],
    [
      'other classes',
      1,
      /none is the same/,
      (f) => ['eval', `--weights=${f.run}`, `--data=${f.folder}/others`, '--backend=cpu'],
    ],
    [
      'no readable image',
      1,
      /none of the images could be read/,
      (f) => ['predict', `${f.folder}/broken.jpg`, `--weights=${f.run}`, '--backend=cpu'],
    ],
    [
      'no such folder for the result',
      1,
      /there is no folder/,
      (f) => ['filters', `--weights=${f.run}`, `--out=${f.folder}/none/x.png`],
    ],
    [
      'an unknown format',
      2,
      /the ending must be one of/,
      (f) => ['convert', f.run, `${f.folder}/x.foo`],
    ],
  ],
)('%s: one line and exit code %i', async (_, code, line, args) => {
  await mkdir(join(folder, 'empty'), { recursive: true });
  await mkdir(join(folder, 'single'), { recursive: true });
  const image = await readFile(join(data, 'train/moss/0.png'));
  for (const name of ['single/only', 'others/left', 'others/right']) {
    await mkdir(join(folder, name), { recursive: true });
    for (const number of [1, 2]) await writeFile(join(folder, name, `${number}.png`), image);
  }
  await writeFile(join(folder, 'broken.jpg'), 'not an image');
  await writeFile(
    join(folder, 'damaged.safetensors'),
    await readFile(join(run, 'weights.safetensors')),
  );
  await truncate(join(folder, 'damaged.safetensors'), 5000);
  const ended = await alexnet(...args({ folder, data, run }));
  expect(ended.stderr).toMatch(line);
  expect(ended.code).toBe(code);
  expect(ended.stderr).not.toMatch(/\n\s+at /);
});
