import { spawnSync } from 'node:child_process';
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

/**
 * Weights by their published names from a server, scored on an ImageNet of 1,000 classes in the shapes
 * people have it, beside what the tools they come from score on the same files.
 */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const TOOLS = {
  torchvision: {
    python: process.env.ALEXNET_PYTHON_TORCH ?? 'python3',
    imports: 'scipy, PIL, torch',
    files: { weights: 'alexnet-owt-7be5be79.pth' },
    algorithm: 'sha256',
    shapes: ['distributed', 'valprep/val'],
  },
  caffe: {
    python: process.env.ALEXNET_PYTHON_OPENCV ?? 'python3',
    imports: 'scipy, PIL, cv2',
    files: { weights: 'bvlc_alexnet.caffemodel', mean: 'imagenet_mean.binaryproto' },
    algorithm: 'sha1',
    shapes: ['distributed', 'devkit', 'kaggle', 'tars', 'valprep'],
  },
} as const;

interface Scores {
  readonly top1: number;
  readonly top5: number;
  readonly answers: readonly number[];
}

async function checksumOf(path: string, algorithm: string) {
  const hash = createHash(algorithm);
  for await (const part of createReadStream(path)) hash.update(part);
  return { algorithm, value: hash.digest('hex') };
}

/** A mirror of published files, and what it was asked for. */
async function serve(folder: string) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = join(folder, basename(request.url ?? ''));
    asked.push(basename(path));
    const { size } = await stat(path);
    response.writeHead(200, { 'content-length': size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Many times what it takes on two cores of its own. */
const TIMEOUT_MS = 900_000;

describe.each(['torchvision', 'caffe'] as const)('alexnet eval --weights %s', (name) => {
  const { python, imports, files, algorithm, shapes } = TOOLS[name];

  it(
    'scores what the tool itself scores, whatever shape ImageNet has',
    async ({ skip }) => {
      if (spawnSync(python, ['-c', `import ${imports}`]).status !== 0) {
        skip(`${python} cannot import ${imports}`);
      }
      const folder = await mkdtemp(join(tmpdir(), `alexnet-published-${name}-`));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const wnids = join(folder, 'wnids.txt');
      await writeFile(wnids, IMAGENET_CLASSES.map(({ wnid }) => wnid).join('\n'));
      const script = here('./fixtures/published_imagenet.py');
      const made = spawnSync(python, [script, name, wnids, folder]);
      if (made.status !== 0) throw new Error(String(made.stderr));
      const scores: Scores = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8'));

      const checksums = Object.fromEntries(
        await Promise.all(
          Object.entries(files).map(async ([key, file]) => [
            key,
            await checksumOf(join(folder, file), algorithm),
          ]),
        ),
      );
      await writeFile(join(folder, 'stand-ins.json'), JSON.stringify({ [name]: checksums }));
      // What is compiled for this machine is not compiled again.
      const cache = join(folder, 'cache');
      await mkdir(cache);
      await symlink(join(cacheDirectory(), 'tensorflow'), join(cache, 'tensorflow'));
      const server = await serve(folder);
      vi.stubEnv('ALEXNET_CACHE_DIR', cache);
      vi.stubEnv('ALEXNET_WEIGHTS_URL', server.url);
      vi.stubEnv('ALEXNET_TEST_STAND_INS', join(folder, 'stand-ins.json'));
      vi.stubEnv('NODE_OPTIONS', `--import=${here('./children/stand-in-weights.mjs')}`);
      onTestFinished(() => void vi.unstubAllEnvs());

      for (const shape of shapes) {
        const data = join(folder, shape);
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
      const archive = name === 'caffe' ? ['caffe_ilsvrc12.tar.gz'] : [];
      expect(server.asked).toEqual([files.weights, ...archive]);

      const card = await alexnet('weights', 'get', name);
      const percent = (share: number) => `${+(100 * share).toFixed(3)} %`;
      expect(card.stdout).toContain(
        `as measured here  top-1 ${percent(scores.top1)}, top-5 ${percent(scores.top5)} (1000 images of ${basename(shapes.at(-1) ?? '')}, center crop)`,
      );
    },
    TIMEOUT_MS,
  );
});
