import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseTensorflowSource } from '../src/node.js';
import {
  ADDON_FILE,
  addonKey,
  MANIFEST_FILE,
  PRELOAD_FILE,
  WORKER_FILE,
} from '../src/tensorflow/built-addon.js';
import { findBuild } from '../src/tensorflow/find-build.js';
import { folderKey, LIBRARIES, linkFolder } from '../src/tensorflow/tensorflow-source.js';

const home = mkdtempSync(join(tmpdir(), 'alexnet-source-'));

afterAll(() => rmSync(home, { recursive: true, force: true }));

function touch(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
}

it('reads a version, a wheel and nothing', () => {
  const wheel = join(home, 'tensorflow_cpu-2.20.0-cp312-cp312-manylinux_2_27_x86_64.whl');
  touch(wheel);
  expect(parseTensorflowSource(undefined)).toEqual({ kind: 'index' });
  expect(parseTensorflowSource('2.21.0')).toEqual({ kind: 'index', version: '2.21.0' });
  expect(parseTensorflowSource(wheel)).toEqual({ kind: 'wheel', path: wheel, version: '2.20.0' });
});

it('reads an installed TensorFlow and links it', () => {
  const site = join(home, 'site-packages');
  const folder = join(site, 'tensorflow');
  mkdirSync(join(site, 'tensorflow_cpu-2.19.1.dist-info'), { recursive: true });
  mkdirSync(folder);
  expect(() => parseTensorflowSource(folder)).toThrow('libtensorflow_cc.so.2 is missing');
  for (const name of LIBRARIES) touch(join(folder, name));
  expect(() => parseTensorflowSource(folder)).toThrow('c_api.h is missing');
  touch(join(folder, 'include/tensorflow/c/eager/c_api.h'));
  const source = { kind: 'folder', path: folder, version: '2.19.1' };
  expect(parseTensorflowSource(folder)).toEqual(source);
  expect(parseTensorflowSource(site)).toEqual(source);

  const build = join(home, 'build');
  mkdirSync(build);
  linkFolder(folder, build);
  expect(readlinkSync(join(build, LIBRARIES[0]))).toBe(join(folder, LIBRARIES[0]));
});

it('takes a build up again that is whole, of that very folder', () => {
  const cacheDir = join(home, 'cache');
  const folders = ['one', 'two'].map((name) => join(home, name, 'tensorflow'));
  for (const folder of folders) {
    for (const name of [...LIBRARIES, 'include/tensorflow/c/eager/c_api.h']) {
      touch(join(folder, name));
    }
  }
  const wanted = (folder?: string) => ({
    tfjsNode: '4.22.0',
    source: parseTensorflowSource(folder),
    gpu: false,
  });
  const find = (folder?: string) => findBuild(wanted(folder), cacheDir)?.directory;
  const [one = '', two = ''] = folders;
  const build = { tensorflow: 'local', folder: folderKey(one), tfjsNode: '4.22.0', gpu: false };
  const directory = join(cacheDir, 'tensorflow', addonKey(build));
  mkdirSync(directory, { recursive: true });
  linkFolder(one, directory);
  for (const name of [ADDON_FILE, PRELOAD_FILE, WORKER_FILE]) touch(join(directory, name));
  const manifest = { ...build, platform: '', installedAt: new Date().toISOString() };
  writeFileSync(join(directory, MANIFEST_FILE), JSON.stringify(manifest));
  expect([find(one), find(two), find()]).toEqual([directory, undefined, directory]);

  const library = join(one, LIBRARIES[0]);
  renameSync(library, `${library}.away`);
  expect(find()).toBeUndefined();
  renameSync(`${library}.away`, library);
  expect(find(one)).toBe(directory);
  appendFileSync(library, 'another');
  expect(find(one)).toBeUndefined();
});

it.each([
  ['tensorflow-wheel.whl', 'not named like a TensorFlow wheel'],
  ['tensorflow_cpu-2.21.0-cp311-cp311-x.whl', 'there is no wheel'],
  ['newest', 'neither a TensorFlow version'],
])('refuses %s', (text, reason) => {
  expect(() => parseTensorflowSource(text)).toThrow(reason);
});
