import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readModel, saveModel } from '@alexnet/convert';
import { createSpec, parameterShapes } from '@alexnet/model';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Reply, sendFile, startServer } from '../../data/test/file-server.js';
import { modelCard, PUBLISHED_WEIGHTS, SMALLER_DTYPES } from '../src/index.js';
import { cachedWeights, fetchWeights, removeWeights, smallerWeights } from '../src/node/index.js';

const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');
const missing: Reply = (_, response) => response.writeHead(404).end('no');

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'alexnet-weights-'));
  onTestFinished(() => rm(cacheDir, { recursive: true }));
});

describe('published weights with fewer digits', () => {
  it('are made once of the original, say what they are, and go with it', async () => {
    const spec = createSpec('torchvision', { width: 1 / 64, headWidth: 1 / 512, classes: 1000 });
    const weights = new Map(
      [...parameterShapes(spec)].map(([name, shape], seed) => {
        const length = shape.reduce((product, side) => product * side, 1);
        return [name, { shape, data: Float32Array.from({ length }, (_, i) => Math.sin(seed + i)) }];
      }),
    );
    const model = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const { files } = await saveModel(model, 'torch');
    const folder = join(cacheDir, 'weights');
    await mkdir(folder);
    await writeFile(join(folder, 'alexnet-owt-7be5be79.pth'), [...files.values()][0] ?? '');
    const original = await cachedWeights('torchvision', { cacheDir });
    if (!original?.published) throw new Error('it is there');
    for (const dtype of SMALLER_DTYPES) {
      const path = await smallerWeights({ ...original, published: original.published }, dtype);
      const { mtimeMs, size } = await stat(path);
      expect(basename(path)).toBe(`torchvision.${dtype}.safetensors`);
      expect(size).toBeGreaterThan(1000);
      const read = readModel(await readFile(path));
      expect(read.classNames?.[0]).toBe('tench');
      expect(read.preprocessing).toEqual(original.published.preprocessing);
      expect(modelCard(read)).toContainEqual(['precision', expect.stringContaining(dtype)]);
      for (const [name, { data }] of read.weights) {
        for (const [i, value] of data.entries()) {
          expect(value).toBeCloseTo(weights.get(name)?.data[i] ?? Number.NaN, 2);
        }
      }
      await smallerWeights({ ...original, published: original.published }, dtype);
      expect((await stat(path)).mtimeMs).toBe(mtimeMs);
    }
    expect(await removeWeights('torchvision', { cacheDir })).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('published weights', () => {
  it('have official addresses, whole checksums, licenses and accuracies', () => {
    for (const { weights, license, accuracy, page } of PUBLISHED_WEIGHTS) {
      const { algorithm, value } = weights.checksum;
      expect(value).toMatch(algorithm === 'sha256' ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/);
      expect(new URL(weights.url).hostname).toMatch(
        /^(download\.pytorch\.org|dl\.caffe\.berkeleyvision\.org|huggingface\.co)$/,
      );
      expect(page).toMatch(/^https:/);
      expect(license).not.toBe('');
      expect(accuracy.top1).toBeLessThan(accuracy.top5);
    }
    expect(new Set(PUBLISHED_WEIGHTS.map(({ name }) => name)).size).toBe(PUBLISHED_WEIGHTS.length);
  });

  it('are asked for at the mirror, and refused when they are other bytes', async () => {
    const paths: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      paths.push(request.url);
      response.writeHead(200, { 'content-length': content.length }).end(content);
    });
    const options = { cacheDir, mirror: `${server.url}/files/` };
    await expect(fetchWeights('caffe', options)).rejects.toThrow(
      /SHA-1 is \w{40} instead of 9116a64c0fbe4459d18f4bb6b56d647b63920377; it was removed/,
    );
    await expect(fetchWeights('torchvision', options)).rejects.toThrow(
      'has 50000 bytes instead of 244408911',
    );
    expect(paths).toEqual(['/files/bvlc_alexnet.caffemodel', '/files/alexnet-owt-7be5be79.pth']);
    expect(await cachedWeights('caffe', options)).toBeNull();
  });

  it("take the mean image out of Caffe's archive, and no other one", async () => {
    const tar = pack();
    tar.entry({ name: './synset_words.txt' }, 'n01440764 tench');
    tar.entry({ name: './imagenet_mean.binaryproto' }, 'not the mean image');
    tar.finalize();
    const parts: Buffer[] = [];
    for await (const part of tar) parts.push(part as Buffer);
    const server = await startServer(sendFile(gzipSync(Buffer.concat(parts))));
    // The weights are there already; only what is missing is asked for.
    const options = { cacheDir, mirror: server.url };
    await expect(fetchWeights('caffe', { ...options, offline: true })).rejects.toThrow('offline');
    const folder = join(cacheDir, 'weights');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'bvlc_alexnet.caffemodel'), 'stand-in');
    await expect(fetchWeights('caffe', options)).rejects.toThrow(
      /imagenet_mean\.binaryproto in http.*has the checksum \w{40} instead of 63e4652e/,
    );
    expect(await readdir(folder)).toEqual(['bvlc_alexnet.caffemodel']);
    const page = await startServer(sendFile(Buffer.from('<html>no archive</html>')));
    await expect(fetchWeights('caffe', { cacheDir, mirror: page.url })).rejects.toThrow(
      'is no archive that holds imagenet_mean.binaryproto',
    );
  });
});

describe('an address', () => {
  it('is fetched once, found again offline and removed', async () => {
    const server = await startServer(sendFile(content));
    const source = `${server.url}/nets/mine.safetensors`;
    const { path, published } = await fetchWeights(source, { cacheDir });
    expect(published).toBeNull();
    expect(basename(path)).toMatch(/^[0-9a-f]{12}-mine\.safetensors$/);
    expect(content.equals(await readFile(path))).toBe(true);
    await fetchWeights(source, { cacheDir, offline: true });
    expect(server.ranges).toHaveLength(1);
    expect(await removeWeights(source, { cacheDir })).toBe(true);
    expect(await removeWeights(source, { cacheDir })).toBe(false);
    expect(await cachedWeights(source, { cacheDir })).toBeNull();
  });

  it('is checked against #sha256=', async () => {
    const server = await startServer(sendFile(content));
    await fetchWeights(`${server.url}/a.pth#sha256=${sha256.toUpperCase()}`, { cacheDir });
    const wrong = `${server.url}/b.pth#sha256=${sha256.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`;
    await expect(fetchWeights(wrong, { cacheDir })).rejects.toThrow('it was removed');
    expect(await readdir(join(cacheDir, 'weights'))).toHaveLength(1);
  });

  it.each([
    ['http://example.org/a.pth', 'could be changed on the way: give https, or'],
    ['https://example.org/a.pth#md5=00', '#md5=00 is no checksum: write #sha256='],
    ['ftp://example.org/a.pth', 'could be changed on the way'],
    ['torchvison', 'neither the name of published weights nor an address'],
  ])('%s is refused', async (source, message) => {
    await expect(fetchWeights(source, { cacheDir })).rejects.toThrow(message);
  });

  it.each<[string, Reply, string]>([
    ['a 404', missing, 'answers 404'],
    [
      "a proxy's page",
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('log in'),
      'answers with a web page',
    ],
  ])('that gives %s leaves nothing behind', async (_, reply, message) => {
    const server = await startServer(reply);
    const source = `${server.url}/a.pth`;
    await expect(fetchWeights(source, { cacheDir })).rejects.toThrow(message);
    expect(await cachedWeights(source, { cacheDir })).toBeNull();
  });
});
