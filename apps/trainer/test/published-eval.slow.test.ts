import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from '@alexnet/files/node';
import { IMAGENET_CLASSES } from '@alexnet/model/imagenet';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { alexnet } from './alexnet.js';
import { digestOf, images, layOut, published } from './synthetic-imagenet.js';

/**
 * Weights by their published names from a server, scored on an ImageNet of 1,000 classes in the shapes
 * people have it, beside what the tools they come from scored on the same images (published_imagenet.py).
 */

interface Scores {
  readonly top1: number;
  readonly top5: number;
  readonly answers: readonly number[];
}
type Among = Record<'all' | 'data', Omit<Scores, 'answers'>>;
interface Golden {
  readonly labels: readonly number[];
  readonly images: string;
  readonly torchvision: Scores & {
    readonly imagenette: Among & {
      readonly truth: readonly number[];
      readonly confusion: readonly (readonly number[])[];
    };
  };
  readonly caffe: Scores & { readonly mean: string };
}
const golden: Golden = JSON.parse(await readFile(published('golden.json'), 'utf8'));

const TOOLS = {
  torchvision: {
    weights: 'alexnet-owt-7be5be79.pth',
    algorithm: 'sha256',
    archive: [],
    shapes: ['distributed', 'valprep'],
  },
  caffe: {
    weights: 'bvlc_alexnet.caffemodel',
    algorithm: 'sha1',
    archive: ['caffe_ilsvrc12.tar.gz'],
    shapes: ['kaggle', 'tars'],
  },
} as const;

/** A mirror of published files, and what it was asked for. */
async function serve() {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = published(basename(request.url ?? ''));
    asked.push(basename(path));
    const { size } = await stat(path);
    response.writeHead(200, { 'content-length': size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A folder, and a command whose published weights are those of `fixtures/published`, on a server. */
async function standIn(name: keyof typeof TOOLS) {
  const { weights, algorithm } = TOOLS[name];
  const folder = await mkdtemp(join(tmpdir(), `alexnet-published-${name}-`));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const value = createHash(algorithm).update(await readFile(published(weights)));
  const checksums = {
    weights: { algorithm, value: value.digest('hex') },
    mean: { algorithm: 'sha1', value: golden.caffe.mean },
  };
  await writeFile(join(folder, 'stand-ins.json'), JSON.stringify({ [name]: checksums }));
  // What is compiled for this machine is not compiled again.
  const cache = join(folder, 'cache');
  await mkdir(cache);
  await symlink(join(cacheDirectory(), 'tensorflow'), join(cache, 'tensorflow'));
  const server = await serve();
  const preloaded = fileURLToPath(new URL('./children/stand-in-weights.mjs', import.meta.url));
  vi.stubEnv('ALEXNET_CACHE_DIR', cache);
  vi.stubEnv('ALEXNET_WEIGHTS_URL', server.url);
  vi.stubEnv('ALEXNET_TEST_STAND_INS', join(folder, 'stand-ins.json'));
  vi.stubEnv('NODE_OPTIONS', `--import=${preloaded}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { folder, asked: server.asked };
}

/** Many times what it takes on two cores of its own. */
const TIMEOUT_MS = 600_000;

describe.each(['torchvision', 'caffe'] as const)('alexnet eval --weights %s', (name) => {
  it(
    'scores what the tool itself scores, whatever shape ImageNet has',
    async () => {
      const { weights, archive, shapes } = TOOLS[name];
      const scores = golden[name];
      const { folder, asked } = await standIn(name);
      const files = images(1000);
      expect(digestOf(files)).toBe(golden.images);

      for (const shape of shapes) {
        const data = join(folder, shape);
        await mkdir(data);
        await layOut(shape, data, files, golden.labels);
        const ended = await alexnet('eval', '--json', `--weights=${name}`, `--data=${data}`);
        expect(ended.code, ended.stderr).toBe(0);
        const { evaluations, scored } = JSON.parse(ended.stdout);
        const [{ images, top1, top5, confusion }] = evaluations;
        expect({ shape, images, top1, top5 }).toEqual({
          shape,
          images: 1000,
          top1: scores.top1,
          top5: scores.top5,
        });
        expect(scored).toMatch(/^(all|the validation images) of /);
        // One image a class: its row says what the network answered.
        const answers = confusion.map((row: number[]) => row.indexOf(1));
        expect(answers).toEqual(scores.answers);
        expect(ended.stderr).toContain('classes: 1000 of 1000 matched by WordNet id');
      }
      // Once, and nothing else.
      expect(asked).toEqual([weights, ...archive]);

      const card = await alexnet('weights', 'get', name);
      const percent = (share: number) => `${+(100 * share).toFixed(3)} %`;
      expect(card.stdout).toContain(
        `as measured here  top-1 ${percent(scores.top1)}, top-5 ${percent(scores.top5)} (1000 images of ${shapes.at(-1)}, center crop)`,
      );
    },
    TIMEOUT_MS,
  );
});

/** Imagenette's classes, as its folders are called. */
const IMAGENETTE =
  'n01440764 n02102040 n02979186 n03000684 n03028079 n03394916 n03417042 n03425413 n03445777 n03888257';

describe('alexnet eval on some of the classes', () => {
  it.each(['all', 'data'] as const)(
    'scores among %s what torchvision’s logits say of those',
    async (among) => {
      const { truth, confusion, [among]: scores } = golden.torchvision.imagenette;
      const { folder } = await standIn('torchvision');
      const wnids = IMAGENETTE.split(' ');
      const columns = wnids.map((id) => IMAGENET_CLASSES.findIndex(({ wnid }) => wnid === id));
      const data = join(folder, 'imagenette');
      const labels = truth.map((label) => columns[label] ?? -1);
      await layOut('folders', data, images(truth.length), labels);
      const ended = await alexnet(
        ...['eval', '--json', '--weights=torchvision', `--data=${data}`, `--among=${among}`],
      );
      expect(ended.code, ended.stderr).toBe(0);
      const { evaluations, scored } = JSON.parse(ended.stdout);
      const [found] = evaluations;
      expect(found).toMatchObject({ images: truth.length, ...scores });
      expect(scored).toContain('10 classes, answers among ');
      if (among === 'all') return;
      const counts = columns.map((row) => columns.map((column) => found.confusion[row][column]));
      expect(counts).toEqual(confusion);
    },
    TIMEOUT_MS,
  );
});
