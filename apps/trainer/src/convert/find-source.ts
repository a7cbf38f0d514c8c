import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHOWCASE } from '@alexnet/showcase';
import { WEIGHTS_NAME } from './weights-name.js';

/** Files that say what a folder is, in the order they are looked for. */
const MARKS: Readonly<Record<string, string>> = {
  [WEIGHTS_NAME]: WEIGHTS_NAME,
  'model.json': 'model.json',
  'saved_model.pb': join('variables', 'variables.index'),
};

/**
 * The file to read first for IN: a file itself, or a network of the showcase by name; in a folder the
 * weights of a run, a TF.js model, the variables of a SavedModel, the only checkpoint or the only
 * file; for a TensorFlow checkpoint's prefix its index.
 *
 * @throws Error when there is nothing, or more than one thing, to read
 */
export async function findSource(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const prefix = path.replace(/\.data-\d{5}-of-\d{5}$/, '');
  if (!found || prefix !== path) {
    const index = `${prefix}.index`;
    if (await isFile(index)) return index;
    const named = new Map<string, URL>(Object.entries(SHOWCASE)).get(path);
    if (!found && named) return fileURLToPath(named);
    if (!found) throw new Error(`there is no file or run folder ${path}`);
  }
  return found.isDirectory() ? inFolder(path) : path;
}

async function inFolder(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  for (const [mark, file] of Object.entries(MARKS)) {
    if (names.includes(mark)) return join(folder, file);
  }
  if (names.includes('run.json')) {
    throw new Error(
      `${folder} holds no ${WEIGHTS_NAME}: is the run finished? (alexnet train --resume)`,
    );
  }
  const indices = names.filter((name) => name.endsWith('.index'));
  const candidates = indices.length > 0 ? indices : names;
  const [only, ...others] = candidates;
  if (only === undefined) throw new Error(`${folder} is empty: there is no network in it`);
  if (others.length > 0) {
    const some = candidates.slice(0, 3).join(', ');
    throw new Error(`${folder} holds ${candidates.length} files (${some} …): name the one to read`);
  }
  return join(folder, only);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
