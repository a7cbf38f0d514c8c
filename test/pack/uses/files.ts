import { strict as assert } from 'node:assert';
import { bytesSource, FormatError } from '@alexnet/files';
import { crc32c } from '@alexnet/files/checksums';
import { centralSquare } from '@alexnet/files/image';
import { readMat } from '@alexnet/files/mat';
import { cacheDirectory } from '@alexnet/files/node';
import { encodeNpy, parseNpyHeader } from '@alexnet/files/npy';
import { runPickle } from '@alexnet/files/pickle';
import { encodeTarFile, readTar, TAR_END } from '@alexnet/files/tar';
import { readZip, writeZip } from '@alexnet/files/zip';

async function main() {
  const data = encodeNpy('<f4', [2], new Uint8Array(8));
  const zip = await readZip(bytesSource(writeZip([{ name: 'a.npy', data }])));
  const content = await zip.get('a.npy')?.open();
  assert.deepEqual(parseNpyHeader((await content?.read(0, data.length)) ?? data).shape, [2]);
  const tar = Buffer.concat([encodeTarFile('a.npy', data), TAR_END]);
  for await (const { size } of readTar(bytesSource(tar))) assert.equal(size, data.length);
  await assert.rejects(readMat(data), FormatError);
  assert.equal(runPickle(Uint8Array.of(0x80, 2, 0x4b, 7, 0x2e)).value, 7);
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  assert.equal(centralSquare({ width: 5, height: 3 }).left, 1);
  assert.ok(cacheDirectory('here') === 'here');
  console.log('files works');
}

void main();
