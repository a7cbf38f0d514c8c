import { createHash } from 'node:crypto';
import { open, readdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type DownloadOptions, downloadFile } from '../src/download/download-file.js';
import { KNOWN_SETS } from '../src/download/known-sets.js';
import { openKnownSet } from '../src/sources/open-dataset.js';
import { breakAfter, type Reply, sendFile, startServer } from './file-server.js';
import { classTree, makeTar, temporaryFolder } from './source-helpers.js';

vi.mock('node:fs/promises', { spy: true });

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));

function describeFile(url: string, bytes: Uint8Array = content) {
  const value = createHash('sha256').update(bytes).digest('hex');
  const checksum = { algorithm: 'sha256', value } as const;
  return { url: `${url}/set.tar.gz`, bytes: bytes.length, checksum };
}

/** Downloads from a server of `replies`; `path` is where the file should then be. */
async function download(replies: Reply[], options: DownloadOptions & { part?: Uint8Array } = {}) {
  const { part, ...rest } = options;
  const server = await startServer(...replies);
  const folder = await temporaryFolder();
  const path = join(folder, 'set.tar.gz');
  if (part) await writeFile(`${path}.part`, part);
  const run = () => downloadFile(describeFile(server.url), path, { retryMs: 1, ...rest });
  return { run, server, path, folder };
}

const file = sendFile(content);
const status =
  (code: number, headers = {}): Reply =>
  (_, response) =>
    response.writeHead(code, headers).end('no');

describe('downloadFile', () => {
  it('fetches, verifies and reports; a file that is there is not asked for again', async () => {
    const seen: number[] = [];
    const { run, server, path, folder } = await download([file], {
      onProgress: (done, total, what) => {
        expect([total, what]).toEqual([content.length, 'bytes downloaded']);
        seen.push(done);
      },
    });
    await run();
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
    expect(await readdir(folder)).toEqual(['set.tar.gz']);
    expect(server.ranges).toEqual([undefined]);
    expect(seen.at(-1)).toBe(content.length);
  });

  it('goes on by range where connections broke', async () => {
    const { run, server, path } = await download([
      breakAfter(content, 100_000),
      breakAfter(content, 70_000),
      file,
    ]);
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
    expect(server.ranges).toHaveLength(3);
    const starts = server.ranges.map((range) => Number(range?.slice(6, -1) ?? 0));
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[2]).toBeGreaterThan(starts[1] ?? 0);
  });

  it('goes on from what an earlier process left', async () => {
    const { run, server, path } = await download([file], { part: content.subarray(0, 123_456) });
    await run();
    expect(server.ranges).toEqual(['bytes=123456-']);
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('begins again with a server that has no ranges', async () => {
    const whole: Reply = (_, response) => response.writeHead(200).end(content);
    const { run, path } = await download([whole], { part: Buffer.alloc(200_000, 7) });
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('asks again when a server is busy, silent, or ends too early', async () => {
    const silent: Reply = (_, response) =>
      void response.writeHead(200).write(content.subarray(0, 9));
    const short: Reply = (_, response) => response.writeHead(200).end(content.subarray(0, 50_000));
    const { run, path } = await download([status(503), silent, short, file], { stallMs: 100 });
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('follows redirects, also to where the range is honored', async () => {
    const target = await startServer(file);
    const moved = status(302, { location: `${target.url}/elsewhere` });
    const { run, path } = await download([moved], { part: content.subarray(0, 1000) });
    await run();
    expect(target.ranges).toEqual(['bytes=1000-']);
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('keeps bytes as sent when a server calls an archive encoded', async () => {
    const zipped = gzipSync(content);
    const server = await startServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'x-gzip' }).end(zipped),
    );
    const path = join(await temporaryFolder(), 'set.tar.gz');
    await downloadFile(describeFile(server.url, zipped), path);
    expect(zipped.equals(await readFile(path))).toBe(true);
  });

  it('removes a file with a wrong checksum and says so', async () => {
    const altered = Buffer.from(content);
    altered[5] = 99;
    const { run, folder } = await download([sendFile(altered)]);
    await expect(run()).rejects.toThrow(/SHA-256 is \w{64} instead of \w{64}; it was removed/);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, Reply, string]>([
    ['404', status(404), 'answers 404 Not Found; fetch the file elsewhere'],
    ['another size', sendFile(content.subarray(1)), 'has 299999 bytes instead of 300000'],
    ['more than it says', (_, r) => r.writeHead(200).end(Buffer.alloc(400_000)), 'sends more than'],
    ['a loop', status(302, { location: '/again' }), 'more than 5 redirects'],
    ['another protocol', status(302, { location: 'ftp://127.0.0.1/' }), 'redirected to ftp:'],
    ['lasting trouble', status(500), 'cannot download http'],
    [
      "a proxy's page",
      (_, r) => r.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Log in'),
      'answers with a web page instead of a file',
    ],
  ])('gives up on %s', async (_, reply, message) => {
    const { run } = await download([reply]);
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.not.toThrow('\n');
  });

  it('gives up on a server that stays silent, and keeps what came', async () => {
    const silent: Reply = (request, response) => {
      const start = request.headers.range === undefined ? 0 : 40_000;
      response.writeHead(start ? 206 : 200, {
        ...(start && { 'content-range': `bytes ${start}-299999/300000` }),
      });
      response.write(start ? '' : content.subarray(0, 40_000));
    };
    const { run, path } = await download([silent], { stallMs: 50 });
    await expect(run()).rejects.toThrow(
      /nothing came for 0.05 s; 40000 of 300000 bytes are kept and the next try goes on/,
    );
    const kept = await readFile(`${path}.part`);
    expect(kept.equals(content.subarray(0, 40_000))).toBe(true);
  });

  it('says what to do without a network', async () => {
    const { run, server } = await download([file]);
    await server.stop();
    await expect(run()).rejects.toThrow(
      /^no connection to 127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\); without a network, fetch http.*set\.tar\.gz elsewhere and give that file in place of the name$/,
    );
  });

  it('says how much room is needed before it begins', async () => {
    const { run, server } = await download([file], { spaceAfter: 2e6 });
    vi.mocked(statfs).mockResolvedValueOnce({ bavail: 1000, bsize: 1000 } as never);
    await expect(run()).rejects.toThrow(/needs 3 MB in .*, where 1 MB are free; make room/);
    expect(server.ranges).toEqual([]);
  });

  it('says that the disk is full and keeps what came', async () => {
    const { run, path } = await download([breakAfter(content, 100_000), file]);
    const handle = await open(join(await temporaryFolder(), 'any'), 'w');
    await handle.close();
    const write = vi.spyOn(Object.getPrototypeOf(handle), 'appendFile');
    onTestFinished(() => write.mockRestore());
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    });
    write.mockRejectedValueOnce(full);
    await expect(run()).rejects.toThrow(/^cannot write what http.* sends: ENOSPC: no space left/);
    write.mockRestore();
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('stops when it is told to and keeps what came', async () => {
    const controller = new AbortController();
    const { run, path } = await download([file], {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(run()).rejects.toThrow('aborted');
    expect((await readFile(`${path}.part`)).length).toBeGreaterThan(0);
  });

  it('lets two processes that want the same file fetch it once', async () => {
    const { run, server, path } = await download([file]);
    await Promise.all([run(), run()]);
    expect(server.ranges).toEqual([undefined]);
    expect(content.equals(await readFile(path))).toBe(true);
  });
});

describe('a file of unknown size', () => {
  const sha1 = createHash('sha1').update(content).digest('hex');
  const checksum = { algorithm: 'sha1', value: sha1 } as const;

  async function at(checked: typeof checksum | null, ...replies: Reply[]) {
    const server = await startServer(...replies);
    const path = join(await temporaryFolder(), 'weights');
    const remote = { url: `${server.url}/weights`, bytes: null, checksum: checked };
    return { server, path, run: () => downloadFile(remote, path, { retryMs: 1 }) };
  }

  it('is fetched, resumed and checked by SHA-1', async () => {
    const { server, path, run } = await at(checksum, breakAfter(content, 100_000), file);
    await run();
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
    expect(server.ranges).toHaveLength(2);
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]/);
  });

  it('is taken where an earlier call had received all of it', async () => {
    const { path, run } = await at(checksum, (_, response) =>
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end(),
    );
    await writeFile(`${path}.part`, content);
    await run();
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('without a checksum is begun anew, and not taken when the connection broke', async () => {
    const { server, path, run } = await at(null, file);
    await writeFile(`${path}.part`, 'of another file');
    await run();
    expect(server.ranges).toEqual([undefined]);
    expect(content.equals(await readFile(path))).toBe(true);
    const chunked: Reply = (_, response) => {
      response.writeHead(200).write(content.subarray(0, 1000));
      setTimeout(() => response.destroy(), 5);
    };
    const broken = await at(null, ...Array.from({ length: 8 }, () => chunked));
    await expect(broken.run()).rejects.toThrow('cannot download');
  });

  it('asks for room once the server says how much', async () => {
    const { run } = await at(null, file);
    vi.mocked(statfs).mockResolvedValueOnce({ bavail: 1, bsize: 1000 } as never);
    await expect(run()).rejects.toThrow(/needs 1 MB in .*, where 1 MB are free; make room/);
  });
});

describe('offline', () => {
  it('takes what is in the cache and asks nobody for the rest', async () => {
    const { run, server, path } = await download([file], { offline: true });
    await expect(run()).rejects.toThrow('is not in the cache yet, and nothing is fetched offline');
    expect(server.ranges).toEqual([]);
    await writeFile(path, content);
    await run();
  });
});

describe('sets by name', () => {
  it('fetches an archive, opens it and gives its classes readable names', async () => {
    const tree = await classTree(['n01440764', 'n02102040'], 3, 'imagenette2-320/train/');
    const held = await classTree(['n01440764', 'n02102040'], 1, 'imagenette2-320/val/');
    const archive = gzipSync(await makeTar({ ...tree, ...held }));
    const server = await startServer(sendFile(archive));
    const cacheDir = await temporaryFolder();
    const { license, classNames } = KNOWN_SETS.imagenette ?? { license: '' };
    const set = {
      file: describeFile(server.url, archive),
      license,
      ...(classNames && { classNames }),
    };
    const dataset = await openKnownSet('imagenette', set, { cacheDir });
    expect(dataset.name).toBe('imagenette');
    expect(dataset.classNames).toEqual(['tench', 'English springer']);
    expect([dataset.train.records.length, dataset.validation.records.length]).toEqual([6, 2]);
    expect(dataset.license).toContain('non-commercial');
    await dataset.close();
    await server.stop();
    const again = await openKnownSet('imagenette', set, { cacheDir });
    expect((await again.train.image(5)).data[0]).toBe(52);
    await again.close();
  });

  it('knows whole checksums and official addresses', () => {
    for (const { file: known, license } of Object.values(KNOWN_SETS)) {
      expect(known.checksum?.value).toMatch(/^[0-9a-f]{64}$/);
      expect(known.url).toMatch(
        /^https?:\/\/(www\.cs\.toronto\.edu|cs231n\.stanford\.edu|s3\.amazonaws\.com)\//,
      );
      expect(license).not.toContain('\n');
    }
  });
});
