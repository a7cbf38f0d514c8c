import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findInputs } from '../src/predict/find-inputs.js';

let folder: string;
const PPM = new TextEncoder().encode('P3 1 1 255 9 8 7\n');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-inputs-'));
  for (const name of ['b.ppm', 'a.ppm', 'sub/c', 'sub/d.txt', '@eaDir/e.ppm', '[1].ppm']) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), name.endsWith('.txt') ? 'no image' : PPM);
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function* sent(...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part);
}
const names = async (argument: string, stdin?: AsyncIterable<Uint8Array>) =>
  (await findInputs([argument], stdin)).map(({ name }) => name.replace(`${folder}/`, ''));

test('a folder is all images below it, known by name or bytes, without those of tools', async () => {
  expect(await names(folder)).toEqual(['[1].ppm', 'a.ppm', 'b.ppm', 'sub/c']);
});

test('a pattern is what it matches, but the name of a file is that file', async () => {
  expect(await names(`${folder}/?.ppm`)).toEqual(['a.ppm', 'b.ppm']);
  expect(await names(`${folder}/[1].ppm`)).toEqual(['[1].ppm']);
  await expect(names(`${folder}/*.gif`)).rejects.toThrow('no file is called like');
});

test.each([
  ['a line each', '\n'],
  ['as Windows ends them', '\r\n'],
  ['as find -print0 ends them', '\0'],
])('- reads paths, %s', async (_, end) => {
  const list = `${folder}/b.ppm${end}${folder}/sub${end}`;
  expect(await names('-', sent(list))).toEqual(['b.ppm', 'sub/c']);
  expect(await names('-', sent(`\ufeff${list}`))).toEqual(['b.ppm', 'sub/c']);
});

test('- reads one image, in as many parts as it comes', async () => {
  const [input] = await findInputs(['-'], sent(PPM.subarray(0, 4), PPM.subarray(4)));
  expect(input?.name).toBe('-');
  expect(new Uint8Array((await input?.bytes()) ?? [])).toEqual(PPM);
  await expect(findInputs(['-'], sent())).rejects.toThrow('neither an image nor paths');
});

test('a file that is not there is one image that fails, later', async () => {
  const [input] = await findInputs([join(folder, 'gone.jpg')]);
  await expect(input?.bytes()).rejects.toThrow('ENOENT');
});
