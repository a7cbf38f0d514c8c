import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TAR_BLOCK } from '@alexnet/files/tar';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../src/index.js';
import { classTree, makeTar, temporaryFolder } from './source-helpers.js';

async function openBytes(bytes: Uint8Array, name = 'set.tar') {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), bytes);
  return openDataset(join(folder, name), { cacheDir: join(folder, 'cache') });
}

/** Changes bytes of the header at `at` and makes its checksum right again. */
function patchHeader(tar: Buffer, at: number, change: (header: Buffer) => void): Buffer {
  const patched = Buffer.from(tar);
  const header = patched.subarray(at, at + TAR_BLOCK);
  change(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return patched;
}

const small = () => classTree(['cat', 'dog'], 2);

describe('tar', () => {
  it('reads names longer than a header holds (pax and ustar prefix)', async () => {
    const long = `${'x'.repeat(120)}/${'y'.repeat(120)}`;
    const files = await classTree(['cat', 'dog'], 2, `${long}/train/`);
    const held = await classTree(['cat', 'dog'], 1, `${long}/val/`);
    const dataset = await openBytes(await makeTar({ ...files, ...held }));
    expect(dataset.train.records.map(({ id }) => id)).toEqual(
      Object.keys(files)
        .sort()
        .map((path) => path.slice(long.length + 1)),
    );
    expect(await dataset.train.bytes(3)).toEqual(
      new Uint8Array(files[`${long}/train/dog/1.png`] ?? []),
    );
    await dataset.close();
  });

  it('reads GNU long names', async () => {
    const name = `${'deep/'.repeat(30)}cat/1.png`;
    const tar = await makeTar({ '././@LongLink': name, ...(await small()), short: 'later' });
    const asLongLink = patchHeader(tar, 0, (header) => header.write('L', 156));
    // The first entry after the long name takes it: cat/0.png of `small`.
    const dataset = openBytes(asLongLink);
    await expect(dataset).resolves.toMatchObject({ classNames: ['cat', 'deep', 'dog'] });
    await (await dataset).close();
  });

  it('reads .tar.gz through a plain tar in the cache, made once', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'set.tgz');
    await writeFile(path, gzipSync(await makeTar(await small())));
    const progress: string[] = [];
    const options = {
      cacheDir: join(folder, 'cache'),
      onProgress: (_done: number, _total: number, what: string) => progress.push(what),
    };
    const first = await openDataset(path, options);
    expect(first.train.records).toHaveLength(2);
    expect(await first.train.image(0)).toMatchObject({ width: 4, height: 4 });
    expect(progress).toContain('bytes decompressed');
    progress.length = 0;
    const second = await openDataset(path, options);
    expect(second.train.records).toEqual(first.train.records);
    expect(progress).not.toContain('bytes decompressed');
    await Promise.all([first.close(), second.close()]);
  });
});

describe('a damaged or hostile tar is refused in one line', () => {
  const refused = async (bytes: Uint8Array, message: string | RegExp, name?: string) => {
    const error = await openBytes(bytes, name).catch((thrown) => thrown);
    expect(error.name).toBe('DatasetError');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  };

  it('not a tar', async () => {
    await refused(new TextEncoder().encode('hello '.repeat(200)), 'set.tar is not a tar file');
    await refused(new Uint8Array(10), 'is not a tar file');
  });

  it('cut short, in an image or between two', async () => {
    const tar = await makeTar(await small());
    await refused(
      tar.subarray(0, TAR_BLOCK + 40),
      /cut short: "cat\/0.png" should have \d+ bytes, 40/,
    );
    await refused(tar.subarray(0, 2 * TAR_BLOCK), 'end-of-archive mark is missing');
  });

  it('cut short inside gzip', async () => {
    const gz = gzipSync(await makeTar(await small()));
    await refused(gz.subarray(0, gz.length - 20), 'is damaged or cut short', 'set.tar.gz');
  });

  it('a gzip bomb', async () => {
    await refused(gzipSync(Buffer.alloc(8 << 20)), 'grows over 100-fold', 'set.tar.gz');
  });

  it('names that leave the archive', async () => {
    for (const name of ['cat/../../../etc/passwd', '..', 'cat\\..\\x.png']) {
      const tar = patchHeader(await makeTar(await small()), 0, (header) => {
        header.fill(0, 0, 100);
        header.write(name, 0);
      });
      await refused(tar, 'points outside it');
    }
  });

  it('images that are links', async () => {
    for (const type of ['symlink', 'link'] as const) {
      const archive = pack();
      archive.entry({ name: 'cat/1.png', type, linkname: '/etc/passwd' });
      archive.finalize();
      const chunks: Buffer[] = [];
      for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
      await refused(Buffer.concat(chunks), 'image "cat/1.png" is a link');
    }
  });

  it('but not for a link beside the images', async () => {
    const archive = pack();
    for (const [name, content] of Object.entries(await small())) {
      archive.entry({ name }, Buffer.from(content));
    }
    archive.entry({ name: 'cat/notes.txt', type: 'symlink', linkname: '/etc/passwd' });
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
    const dataset = await openBytes(Buffer.concat(chunks));
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    await dataset.close();
  });

  it('sizes that lie', async () => {
    const tar = await makeTar(await small());
    const huge = patchHeader(tar, 0, (header) => header.write('77777777777\0', 124));
    await refused(huge, /cut short: "cat\/0.png" should have 8589934591 bytes/);
    const negative = patchHeader(tar, 0, (header) => header.fill(0xff, 124, 136));
    await refused(negative, 'a number field is damaged');
    const words = patchHeader(tar, 0, (header) => header.write('sixteen    \0', 124));
    await refused(words, 'a number field is damaged');
    const shifted = patchHeader(tar, 0, (header) => header.write('00000000001\0', 124));
    await openBytes(shifted).then((dataset) => dataset.close());
  });

  it('a header whose checksum is wrong', async () => {
    const tar = Buffer.from(await makeTar(await small()));
    tar[2 * TAR_BLOCK] = 0x7a;
    await refused(tar, 'is damaged at byte 1024: wrong checksum');
  });

  it('an absurd name record', async () => {
    const tar = patchHeader(await makeTar({ x: Buffer.alloc(2 << 20) }), 0, (header) =>
      header.write('x', 156),
    );
    await refused(tar, 'absurdly long name record');
  });

  it('leaves nothing behind in the cache', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'set.tar.gz');
    await writeFile(path, gzipSync(Buffer.alloc(8 << 20)));
    const cacheDir = join(folder, 'cache');
    await openDataset(path, { cacheDir }).catch(() => {});
    const { readdir } = await import('node:fs/promises');
    expect(await readdir(join(cacheDir, 'tar'))).toEqual([]);
    expect((await stat(path)).isFile()).toBe(true);
  });
});
