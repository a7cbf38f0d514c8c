import { readFile } from 'node:fs/promises';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { crc32, crc32c } from '../src/checksums/index.js';
import { bytesSource, FormatError, windowed } from '../src/index.js';
import { matNumbers, readMat } from '../src/mat/index.js';
import { encodeNpy, parseNpyHeader, readNpyHeader } from '../src/npy/index.js';
import { encodeTarFile, readTar, TAR_END } from '../src/tar/index.js';
import { readZip, writeZip } from '../src/zip/index.js';

const text = (value: string) => new TextEncoder().encode(value);
const fixture = (path: string) => readFile(new URL(`../../${path}`, import.meta.url));

it('checksums of the standard check string', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926);
  expect(crc32c(text('123456789'))).toBe(0xe3069283);
});

describe('zip', () => {
  const archive = () => writeZip([{ name: 'a/x.bin', data: text('hello') }]);
  const entry = async (bytes: Uint8Array) => {
    const [[, only] = []] = [...(await readZip(bytesSource(bytes)))];
    if (only === undefined) throw new Error('no entry');
    return only;
  };

  it('gives an entry whole, packed and in pieces', async () => {
    const stored = await entry(archive());
    expect(stored).toMatchObject({ name: 'a/x.bin', size: 5, packedSize: 5, deflated: false });
    expect(await (await stored.open()).read(0, 5)).toEqual(text('hello'));
    expect(await stored.packed()).toEqual(text('hello'));
    // Written by Python's zipfile with deflate, as numpy.savez_compressed does.
    const npz = await readZip(
      bytesSource(await fixture('convert/test/fixtures/npz-compressed.npz')),
    );
    for (const deflated of npz.values()) {
      const source = await deflated.open();
      const whole = await source.read(0, source.size);
      const pieces: Uint8Array[] = [];
      for await (const chunk of deflated.chunks()) pieces.push(chunk);
      expect(deflated.deflated).toBe(true);
      expect(Buffer.concat(pieces)).toEqual(Buffer.from(whole));
      expect(crc32(whole)).toBe(deflated.crc32);
    }
  });

  it('keeps to the limits it is given', async () => {
    const limits = { entries: 1, entryBytes: 4, totalBytes: 10 };
    await expect(readZip(bytesSource(archive()), limits)).rejects.toThrow('of 5 bytes');
    const two = writeZip(['a', 'b'].map((name) => ({ name, data: text('x') })));
    await expect(readZip(bytesSource(two), limits)).rejects.toThrow('2 entries, limit 1');
  });

  // Flags and names as macOS (UTF-8 without the flag) and old Windows tools (code page 437) leave them.
  it.each([
    ['UTF-8 without its flag', 0, text('hé.jpg'), 'hé.jpg'],
    ['code page 437', 0, Uint8Array.of(0x68, 0x82, 0x2e, 0x6a, 0x70, 0x67), 'hé.jpg'],
    ['backslashes', 0x0800, text('a\\b.jpg'), 'a/b.jpg'],
  ])('reads names in %s', async (_, flags, name, expected) => {
    const bytes = writeZip([{ name: 'x'.repeat(name.length), data: text('1') }]);
    const view = new DataView(bytes.buffer);
    const central = bytes.length - 22 - 46 - name.length;
    bytes.set(name, central + 46);
    view.setUint16(central + 8, flags, true);
    expect((await entry(bytes)).name).toBe(expected);
  });
});

describe('tar', () => {
  it('reads what tar-stream writes, and its own', async () => {
    const theirs = pack();
    theirs.entry({ name: `${'long/'.repeat(40)}x.txt` }, 'hello');
    theirs.entry({ name: 'folder', type: 'directory' });
    theirs.entry({ name: 'link', type: 'symlink', linkname: '/etc' });
    theirs.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of theirs as AsyncIterable<Buffer>) chunks.push(chunk);
    const source = bytesSource(Buffer.concat(chunks));
    const seen: unknown[] = [];
    for await (const { path, kind, offset, size } of readTar(source)) {
      seen.push([path, kind, new TextDecoder().decode(await source.read(offset, size))]);
    }
    expect(seen).toEqual([
      [`${'long/'.repeat(40)}x.txt`, 'file', 'hello'],
      ['folder', 'folder', ''],
      ['link', 'link', ''],
    ]);
    const own = Buffer.concat([encodeTarFile('a.txt', text('hi')), TAR_END]);
    const paths: string[] = [];
    for await (const { path } of readTar(bytesSource(own))) paths.push(path);
    expect(paths).toEqual(['a.txt']);
  });

  it('two archives one behind the other are refused, what else lies behind the end is not', async () => {
    const one = Buffer.concat([encodeTarFile('a.txt', text('hi')), TAR_END]);
    const names = async (bytes: Uint8Array) => {
      const paths: string[] = [];
      for await (const { path } of readTar(bytesSource(bytes))) paths.push(path);
      return paths;
    };
    await expect(names(Buffer.concat([one, one]))).rejects.toThrow('two archives');
    const padded = Buffer.concat([one, Buffer.alloc(9728), one]);
    await expect(names(padded)).rejects.toThrow('byte 11776');
    expect(await names(Buffer.concat([one, Buffer.alloc(700, 'x')]))).toEqual(['a.txt']);
  });

  it('reads ahead in windows', async () => {
    const bytes = new Uint8Array(1_000_000).map((_, i) => i % 251);
    const plain = bytesSource(bytes);
    let reads = 0;
    const counted = {
      size: plain.size,
      read(at: number, length: number) {
        reads++;
        return plain.read(at, length);
      },
    };
    const window = windowed(counted);
    for (let at = 0; at < 60_000; at += 100) {
      expect((await window.read(at, 10))[0]).toBe(at % 251);
    }
    expect(reads).toBe(1);
    expect(await window.read(999_990, 10)).toEqual(bytes.subarray(999_990));
    await expect(window.read(999_991, 10)).rejects.toThrow(FormatError);
  });
});

it('npy headers, as numpy writes them', async () => {
  const plain = await fixture('convert/test/fixtures/npy-plain.npy');
  const header = await readNpyHeader(bytesSource(plain));
  expect(parseNpyHeader(plain)).toEqual(header);
  const own = encodeNpy('<f4', [2, 1], new Uint8Array(Float32Array.of(1.5, -2).buffer));
  const end = own.length - 8;
  expect(end % 64).toBe(0);
  expect(own.subarray(0, 10)).toEqual(Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, end - 10, 0));
  expect(new TextDecoder().decode(own.subarray(10, end))).toMatch(
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 1\), \} *\n$/,
  );
  expect(new Float32Array(own.slice(-8).buffer)).toEqual(Float32Array.of(1.5, -2));
});

describe('mat', () => {
  it('gives every row of a struct array (scipy.io.savemat, data/test/fixtures/make-meta.py)', async () => {
    for (const name of ['meta.mat', 'meta-plain.mat']) {
      const synsets = (await readMat(await fixture(`data/test/fixtures/${name}`))).get('synsets');
      if (synsets?.kind !== 'struct') throw new Error('no struct');
      const ids = synsets.rows.flatMap((row) => matNumbers(row.get('ILSVRC2012_ID')));
      expect(ids).toEqual([1, 2, 3, 4]);
    }
  });

  it('never reads a damaged file wildly, whatever byte was changed', async () => {
    const whole = await fixture('data/test/fixtures/meta-plain.mat');
    for (let at = 124; at < whole.length; at++) {
      const changed = Uint8Array.from(whole);
      changed[at] = 0xff - (changed[at] ?? 0);
      await readMat(changed).catch((error) => expect(error).toBeInstanceOf(FormatError));
    }
  });
});
