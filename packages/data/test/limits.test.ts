import { mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeBmp } from '../src/decode/decode-bmp.js';
import { decodePnm } from '../src/decode/decode-pnm.js';
import { fetchSet } from '../src/download/fetch-set.js';
import { requireSpace } from '../src/download/free-space.js';
import { decodeImage } from '../src/index.js';
import { parsePackIndex } from '../src/pack/pack-format.js';
import { type Reply, sendFile, startServer } from './file-server.js';
import { temporaryFolder } from './source-helpers.js';

vi.mock('node:fs/promises', { spy: true });

/** A bitmap of Windows 3: fields of its header, its colors, its rows. */
function bmp(
  fields: { width: number; height: number; bits: number; compression?: number; used?: number },
  palette: readonly number[],
  rows: readonly number[],
): Uint8Array {
  const bytes = new Uint8Array([...Array(54).fill(0), ...palette, ...rows]);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, 54 + palette.length, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, fields.width, true);
  view.setInt32(22, fields.height, true);
  view.setUint16(28, fields.bits, true);
  view.setUint32(30, fields.compression ?? 0, true);
  view.setUint32(46, fields.used ?? 0, true);
  return bytes;
}
const levels = (image: { data: Uint8Array }) => [...image.data].filter((_, i) => i % 3 === 0);
/** Grays 10, 20, 30, 40, four bytes each. */
const grays = [10, 20, 30, 40].flatMap((level) => [level, level, level, 0]);

describe('bitmaps', () => {
  it.each([
    ['no width', { width: 0, height: 1, bits: 8 }, '0 × 1 px'],
    ['a width below 0', { width: -1, height: 1, bits: 8 }, '-1 × 1 px'],
    ['no height', { width: 1, height: 0, bits: 8 }, '1 × 0 px'],
    ['more pixels than allowed', { width: 4, height: 2, bits: 8 }, '4 × 2 px'],
    ['masks of 8 bits', { width: 1, height: 1, bits: 8, compression: 3 }, 'compression 3'],
    ['runs of 4 bits in 8', { width: 1, height: 1, bits: 8, compression: 2 }, 'compression 2'],
    ['another compression', { width: 1, height: 1, bits: 24, compression: 4 }, 'compression 4'],
    ['masks that are not there', { width: 1, height: 1, bits: 16, compression: 3 }, 'cut short'],
  ])('refuses %s', (_, fields, message) => {
    expect(() => decodeBmp(bmp(fields, [], [0, 0, 0, 0]), 7)).toThrow(message);
  });

  it('takes as many pixels as allowed, and the last row without what fills it up', () => {
    const whole = bmp({ width: 3, height: 2, bits: 8 }, grays, [0, 1, 2, 9, 3, 2, 1]);
    expect(levels(decodeBmp(whole, 6))).toEqual([40, 30, 20, 10, 20, 30]);
    expect(() => decodeBmp(whole.subarray(0, -1), 6)).toThrow('cut short');
    for (const length of [13, 25, 53]) {
      expect(() => decodeBmp(whole.subarray(0, length), 6)).toThrow('cut short');
    }
  });

  it.each([
    [0, [10, 20, 30, 40]],
    [2, [10, 20, 0, 0]],
    [300, [10, 20, 30, 40]],
  ])(
    'of %i colors said to be used those that are there count, others are black',
    (used, wanted) => {
      const image = bmp({ width: 4, height: 1, bits: 8, used }, grays, [0, 1, 2, 3]);
      expect(levels(decodeBmp(image, 9))).toEqual(wanted);
    },
  );

  const runs = (bits: 4 | 8, width: number, height: number, rows: readonly number[]) =>
    levels(
      decodeBmp(bmp({ width, height, bits, compression: bits === 8 ? 1 : 2 }, grays, rows), 99),
    );
  it.each<[string, 4 | 8, number, number, number[], number[]]>([
    ['a run over the end of a row', 8, 2, 1, [3, 1, 0, 1], [20, 20]],
    ['the end of the file in the last row', 8, 2, 2, [2, 1, 0, 0, 1, 2], [30, 10, 20, 20]],
    ['an end before all rows', 8, 1, 2, [1, 1, 0, 1], [10, 20]],
    ['a literal of an odd number', 8, 4, 1, [0, 3, 1, 2, 3, 0, 1, 1, 0, 1], [20, 30, 40, 20]],
    ['a literal of an even number', 8, 5, 1, [0, 4, 1, 2, 3, 1, 1, 2, 0, 1], [20, 30, 40, 20, 30]],
    [
      'a literal of five half bytes',
      4,
      6,
      1,
      [0, 5, 0x12, 0x31, 0x20, 0, 1, 0x30, 0, 1],
      [20, 30, 40, 20, 30, 40],
    ],
    ['a literal of three half bytes', 4, 4, 1, [0, 3, 0x12, 0x30, 1, 0x20, 0, 1], [20, 30, 40, 30]],
    ['a jump right and up', 8, 2, 2, [0, 2, 1, 1, 1, 3, 0, 1], [10, 40, 10, 10]],
  ])('runs: %s', (_, bits, width, height, rows, wanted) => {
    expect(runs(bits, width, height, rows)).toEqual(wanted);
  });

  it('refuses runs that end before the last row', () => {
    expect(() => runs(8, 1, 3, [1, 1, 0, 0])).toThrow('cut short');
  });
});

describe('PNM', () => {
  const read = (text: string, most = 99) => levels(decodePnm(Buffer.from(text, 'latin1'), most));
  it.each([
    ['P2 2 1 65535 0 65535', [0, 255]],
    ['P2 2 1 1 0 1', [0, 255]],
    ['P5 2 1 65535\n\0\0\x80\0', [0, 128]],
    ['P5 2 1 256\n\x01\0\0\x80', [255, 128]],
    ['P5 2 1 255\n\x80\xff', [128, 255]],
    ['P4 9 2\n\x80\x80\x7f\0', [0, ...Array(7).fill(255), 0, 255, ...Array(7).fill(0), 255]],
    ['P1 2 2 # a\n1 #b\n0\t0\r1', [0, 255, 255, 0]],
    ['P2#c\n2#d\n1 9 9 0#e', [255, 0]],
  ])('%j', (text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });

  it.each([
    ['P2 1 0 10 5', '1 × 0 px'],
    ['P2 0 1 10 5', '0 × 1 px'],
    ['P2 5 2 10', '5 × 2 px'],
    ['P2 1 1', 'cut short'],
    ['P2 1 x', 'a number is missing'],
    ['P4 9 1\n\x80', 'cut short'],
    ['P6 1 1 255\n\0\0', 'cut short'],
    ['P5 1 1 65535\n\0', 'cut short'],
    ['P2 1 1 -1 0', 'a number is missing'],
  ])('refuses %j', (text, message) => {
    expect(() => read(text, 9)).toThrow(message);
  });

  it('takes as many pixels as allowed', () => {
    expect(read('P2 3 3 9 0 1 2 3 4 5 6 7 8', 9)).toHaveLength(9);
  });
});

it('an image may be a hundred times as long as wide, and no longer', async () => {
  const image = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  expect((await decodeImage(await image(200, 2))).width).toBe(200);
  await expect(decodeImage(await image(201, 2))).rejects.toThrow('201 × 2 px: one side is over');
  await expect(decodeImage(await image(2, 201))).rejects.toThrow('2 × 201 px: one side is over');
});

describe('floats of a TIFF', () => {
  const tiff = (values: readonly number[], channels: 1 | 3 = 1) =>
    sharp(Float32Array.from(values), {
      raw: { width: values.length / channels, height: 1, channels },
    })
      .toColorspace(channels === 1 ? 'b-w' : 'scrgb')
      .tiff({ compression: 'none' })
      .toBuffer();
  const decode = async (values: readonly number[]) => levels(await decodeImage(await tiff(values)));
  it('up to 1 are shares of white, up to 255 gray levels, others neither', async () => {
    const { depth } = await sharp(await tiff([0, 0.5])).metadata();
    if (depth !== 'float') return;
    expect(await decode([0, 0.5, 1])).toEqual([0, 128, 255]);
    expect(await decode([0, 1.5, 255])).toEqual([0, 2, 255]);
    await expect(decode([0, 255.5])).rejects.toThrow('floats from 0 to 255.5');
    await expect(decode([-0.5, 1])).rejects.toThrow('floats from -0.5 to 1');
  });
});

describe('room on a disk', () => {
  afterEach(() => void vi.mocked(statfs).mockReset());
  const free = (bytes: number) =>
    vi.mocked(statfs).mockResolvedValue({ bavail: bytes / 1000, bsize: 1000 } as never);

  it('is enough where just so much is free', async () => {
    free(5e6);
    await requireSpace('/tmp', 5e6, 'it');
    await expect(requireSpace('/tmp', 5e6 + 1, 'it')).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringContaining('it needs 6 MB in /tmp, where 5 MB are free'),
    });
  });

  it.each([
    ['set.tar.gz', 2.2],
    ['set.tgz', 2.2],
    ['set.zip', 1],
    ['set.gz.tar', 1],
  ])(
    'for %s it is %f times its size, as what is gzipped is unpacked beside it',
    async (name, times) => {
      const folder = await mkdtemp(join(tmpdir(), 'alexnet-room-'));
      const content = Buffer.alloc(1e6);
      const server = await startServer(sendFile(content));
      const file = { url: `${server.url}/${name}`, bytes: 1e6, checksum: null };
      const set = { file, license: '' };
      free(times * 1e6 - 1000);
      await expect(fetchSet(set, { cacheDir: folder })).rejects.toThrow('needs');
      free(times * 1e6);
      const progress: number[] = [];
      const onProgress = (done: number) => void progress.push(done);
      const path = await fetchSet(set, { cacheDir: folder, onProgress });
      expect([path, progress.at(-1)]).toEqual([join(folder, 'downloads', name), 1e6]);
      expect((await readFile(path)).length).toBe(1e6);
      const { signal } = new AbortController();
      expect(await fetchSet(set, { cacheDir: folder, signal })).toBe(path);
      await rm(folder, { recursive: true });
    },
  );
});

describe('what a server says of a range', () => {
  const content = Buffer.from('0123456789');
  async function fetchFrom(part: string, bytes: number | null, ...replies: Reply[]) {
    const { downloadFile } = await import('../src/download/download-file.js');
    const server = await startServer(...replies);
    const path = join(await temporaryFolder(), 'file');
    await writeFile(`${path}.part`, part);
    const { createHash } = await import('node:crypto');
    const value = createHash('sha256').update(content).digest('hex');
    const file = {
      url: `${server.url}/file`,
      bytes,
      checksum: { algorithm: 'sha256', value },
    } as const;
    const run = downloadFile(file, path, { retryMs: 1, stallMs: 2000 });
    await run.catch(() => undefined);
    return { run, ranges: server.ranges, read: async () => String(await readFile(path)) };
  }
  const refuse =
    (total: string): Reply =>
    (_, response) =>
      response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
  const say =
    (status: number, headers: Record<string, string>, body: string): Reply =>
    (_, response) =>
      response.writeHead(status, headers).end(body);

  it.each<[string, string, number | null, Reply[], (string | undefined)[]]>([
    ['more is here than there can be', '0123456789ab', 10, [sendFile(content)], [undefined]],
    [
      'more is here than the server has',
      '0123456789ab',
      null,
      [refuse('10'), sendFile(content)],
      ['bytes=12-', undefined],
    ],
    ['all is here', '0123456789', null, [refuse('10')], ['bytes=10-']],
    [
      'a part of unknown length',
      '0123',
      10,
      [say(206, { 'content-range': 'bytes 4-9/*' }, '456789')],
      ['bytes=4-'],
    ],
    [
      'another part than asked for',
      '0123',
      10,
      [say(206, { 'content-range': 'bytes 5-9/10' }, '56789'), sendFile(content)],
      ['bytes=4-', undefined],
    ],
    [
      'too busy',
      '',
      10,
      [say(429, {}, ''), say(408, {}, ''), sendFile(content)],
      [undefined, undefined, undefined],
    ],
  ])('%s', async (_, part, bytes, replies, ranges) => {
    const { run, read, ranges: asked } = await fetchFrom(part, bytes, ...replies);
    await run;
    expect(await read()).toBe(String(content));
    expect(asked).toEqual(ranges);
  });

  it.each<[string, number | null, Reply, string]>([
    ['refuses to go on', 10, refuse('10'), 'refuses to go on where the download stopped'],
    ['has another file', 10, refuse('11'), 'has 11 bytes instead of 10'],
    ['is not there', 10, say(404, {}, ''), 'answers 404 Not Found; fetch the file elsewhere'],
    ['forbids it', 10, say(403, {}, ''), 'answers 403 Forbidden; fetch'],
    ['sends nowhere', 10, say(302, {}, ''), 'answers 302 Found; fetch'],
    ['is in trouble', 10, say(500, {}, ''), 'it answers 500'],
    ['shows a page', 10, say(200, { 'content-type': 'TEXT/HTML' }, ''), 'answers with a web page'],
  ])('one that %s', async (_, bytes, reply, message) => {
    const { run } = await fetchFrom('0123', bytes, reply);
    await expect(run).rejects.toThrow(message);
  });
});

describe('the index of a pack', () => {
  const index = {
    ...{ format: 'alexnet-pack', version: 1, name: 'x', classNames: ['a', 'b'], images: 'raw' },
    ...{ size: 8, square: true, colors: {}, license: 'free' },
    shards: [{ file: 'train-0.tar', split: 'train', bytes: 9, records: [['a', 1, 3, 6, 0]] }],
  };
  it('is read under its former names', () => {
    const { images, colors, license, ...rest } = index;
    const former = { ...rest, pictures: images, colours: colors, licence: license };
    expect(parsePackIndex(JSON.stringify(former), 'here')).toEqual(index);
  });

  it.each<[unknown, string]>([
    [null, 'another format'],
    [[], 'another format'],
    [{ ...index, shards: [null] }, 'is no plain name'],
    [{ ...index, shards: [{ ...index.shards[0], file: 'a.tar.gz' }] }, 'is no plain name'],
    [{ ...index, shards: [{ ...index.shards[0], file: 'a/b.tar' }] }, 'is no plain name'],
    [{ ...index, classIds: [1, 2] }, 'class ids that do not fit the names'],
    [{ ...index, classIds: ['x', 'y', 'z'] }, 'class ids that do not fit the names'],
  ])('%j is none', (value, message) => {
    expect(() => parsePackIndex(JSON.stringify(value), 'here')).toThrow(
      `here is not a pack index: ${message.startsWith('is no') ? 'shard "' : message}`,
    );
  });
});
