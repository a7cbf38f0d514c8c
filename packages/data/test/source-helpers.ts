import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { createFolder, type FileTree, folderAt } from '../src/archives/folder-tree.js';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a new folder; a path that ends in a slash makes an empty folder. */
export async function writeTree(files: Readonly<Record<string, Uint8Array | string>>) {
  const root = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(path.endsWith('/') ? file : dirname(file), { recursive: true });
    if (!path.endsWith('/')) await writeFile(file, content);
  }
  return root;
}

/** A 4 × 4 PNG of one gray level. */
export async function grayPng(level: number): Promise<Uint8Array> {
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width: 4, height: 4, channels: 3, background } })
    .png()
    .toBuffer();
}

/** `count` images a class; the gray level of an image is 50 · class + its number. */
export async function classTree(
  classes: readonly string[],
  count: number,
  prefix = '',
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [label, name] of classes.entries()) {
    for (let i = 0; i < count; i++) {
      files[`${prefix}${name}/${i}.png`] = await grayPng(50 * label + i);
    }
  }
  return files;
}

/** A tar archive made by tar-stream, which shares no code with the reader under test. */
export async function makeTar(
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) archive.entry({ name, type: 'directory' });
    else archive.entry({ name }, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Files in memory; a path that ends in a slash is an empty folder. */
export function memoryTree(files: Readonly<Record<string, Uint8Array | string>>): FileTree {
  const root = createFolder();
  for (const path of Object.keys(files)) {
    const [, folder = '', name = ''] = /^(.*?)([^/]*)$/.exec(path) ?? [];
    const inside = folderAt(root, folder);
    if (name !== '') inside.files.add(name);
  }
  const bytesOf = (path: string) => {
    if (files[path] === undefined) throw new Error(`no ${path}`);
    return Buffer.from(files[path]);
  };
  return {
    name: 'set',
    root,
    read: async (path, part) =>
      part === undefined
        ? bytesOf(path)
        : bytesOf(path).subarray(part.offset, part.offset + part.length),
    size: async (path) => bytesOf(path).length,
    close: async () => undefined,
  };
}
