import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHOWCASE } from '@alexnet/showcase';
import { ClassifierError } from '../classifier-error.js';
import { PUBLISHED_WEIGHTS } from '../published/catalog.js';
import {
  type CachedWeights,
  type FetchOptions,
  fetchWeights,
  isFetchable,
} from './weights-cache.js';

/** The weights of a run folder, as `alexnet train` leaves them. */
export const WEIGHTS_NAME = 'weights.safetensors';

/** Files that say what a folder is, in the order they are looked for. */
const MARKS: Readonly<Record<string, string>> = {
  [WEIGHTS_NAME]: WEIGHTS_NAME,
  'model.json': 'model.json',
  'saved_model.pb': join('variables', 'variables.index'),
};

/**
 * The file to read first: a file itself, or what a name or address stands for, fetched where it is not
 * in the cache; in a folder the weights of a run, a TF.js model, the variables of a SavedModel, the only
 * checkpoint or the only file; for a TensorFlow checkpoint's prefix its index. What is on the disk
 * goes before a name.
 *
 * @throws Error when there is nothing, or more than one thing, to read, or it cannot be fetched
 */
export async function findWeights(
  source: string,
  options: FetchOptions = {},
): Promise<CachedWeights> {
  const alone = (path: string): CachedWeights => ({ path, mean: null, published: null });
  if (/^file:/i.test(source)) return alone(fileURLToPath(source));
  const found = await stat(source).catch(() => null);
  const prefix = source.replace(/\.data-\d{5}-of-\d{5}$/, '');
  if (!found || prefix !== source) {
    const index = `${prefix}.index`;
    if (await isFile(index)) return alone(index);
  }
  if (found) return alone(found.isDirectory() ? await inFolder(source) : source);
  const shown = new Map<string, URL>(Object.entries(SHOWCASE)).get(source);
  if (shown) return alone(fileURLToPath(shown));
  if (isFetchable(source)) return fetchWeights(source, options);
  const names = [...Object.keys(SHOWCASE), ...PUBLISHED_WEIGHTS.map(({ name }) => name)];
  throw new ClassifierError(
    'not-found',
    `there is no file or run folder ${source}, and no weights of that name (${names.join(', ')})`,
  );
}

async function inFolder(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  for (const [mark, file] of Object.entries(MARKS)) {
    if (names.includes(mark)) return join(folder, file);
  }
  if (names.includes('run.json')) {
    throw new ClassifierError(
      'not-found',
      `${folder} holds no ${WEIGHTS_NAME}: is the run finished? (alexnet train --resume)`,
    );
  }
  const indices = names.filter((name) => name.endsWith('.index'));
  const candidates = indices.length > 0 ? indices : names;
  const [only, ...others] = candidates;
  if (only === undefined)
    throw new ClassifierError('not-found', `${folder} is empty: there is no network in it`);
  if (others.length > 0) {
    const some = candidates.slice(0, 3).join(', ');
    throw new ClassifierError(
      'ambiguous',
      `${folder} holds ${candidates.length} files (${some} …): name the one to read`,
    );
  }
  return join(folder, only);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
