import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { findImages, isImage } from '@alexnet/data';
import { decodeText } from '@alexnet/files';
import { glob, isDynamicPattern } from 'tinyglobby';
import { say } from '../say.js';

/** An image to answer for. */
export interface PredictInput {
  /** What it is called in answers. */
  readonly name: string;
  /** An encoded file. @throws Error when it cannot be read */
  bytes(): Promise<Uint8Array>;
}

const fileInput = (path: string): PredictInput => ({ name: path, bytes: () => readFile(path) });

/**
 * The images that arguments stand for, in their order: a file; a folder, with all images below it; a
 * pattern the shell has left alone (`photos/*.jpg`); `-` for stdin, which holds one image, or paths, a
 * line each or ended by NUL as `find -print0` writes them.
 *
 * @throws Error when a folder, a pattern or stdin gives no image
 */
export async function findInputs(
  arguments_: readonly string[],
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<PredictInput[]> {
  const found: PredictInput[] = [];
  for (const argument of arguments_) {
    if (argument === '-') found.push(...(await fromStdin(stdin)));
    else found.push(...(await fromPath(argument)));
  }
  return found;
}

async function fromPath(path: string): Promise<PredictInput[]> {
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) return fromFolder(path);
  if (there !== null || !isDynamicPattern(path)) return [fileInput(path)];
  const options = { expandDirectories: false, absolute: isAbsolute(path) };
  const matched = (await glob(path, options)).sort();
  if (matched.length === 0) throw new Error(`no file is called like ${path}`);
  return matched.map(fileInput);
}

async function fromFolder(folder: string): Promise<PredictInput[]> {
  const { paths, notes } = await findImages(folder);
  for (const { text } of notes) say(`${folder}: ${text}`);
  if (paths.length === 0) throw new Error(`${folder} holds no image`);
  return paths.map((path) => fileInput(join(folder, path)));
}

async function fromStdin(stdin: AsyncIterable<Uint8Array>): Promise<PredictInput[]> {
  const bytes = await buffer(stdin);
  if (isImage(bytes)) return [{ name: '-', bytes: async () => bytes }];
  const text = decodeText(bytes);
  const paths = text.split(text.includes('\0') ? '\0' : /\r?\n/).filter((path) => path !== '');
  if (paths.length === 0) throw new Error('stdin gave neither an image nor paths of images');
  return (await Promise.all(paths.map(fromPath))).flat();
}
