import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findModel, NOTE_CODES, writeStoredModel } from '@alexnet/convert';
import { openFiles } from '@alexnet/convert/node';
import { writeAtomically } from '@alexnet/files/node';
import type { PublishedWeights } from '../published/catalog.js';
import { completePublished } from '../published/complete-published.js';
import { type SmallerDtype, variantName } from '../published/variant.js';
import type { CachedWeights } from './weights-cache.js';

/**
 * The smaller file of published weights in the cache, beside the original it is made of: safetensors with
 * classes, preparation, mean image and origin in it. It is made once.
 *
 * @param original as `fetchWeights` or `cachedWeights` gives it
 * @returns its path
 */
export async function smallerWeights(
  original: CachedWeights & { readonly published: PublishedWeights },
  dtype: SmallerDtype,
): Promise<string> {
  const { published, mean } = original;
  const path = join(dirname(original.path), variantName(published, dtype));
  const age = async (file: string) => (await stat(file).catch(() => null))?.mtimeMs ?? 0;
  if ((await age(path)) > (await age(original.path))) return path;
  const files = openFiles();
  try {
    const found = await findModel(await files.source(original.path), {
      preset: published.preset,
      allow: NOTE_CODES,
      ...(mean && { mean: await files.open(mean) }),
    });
    await writeAtomically(path, async (file) => {
      await writeStoredModel(
        completePublished(found, published),
        async (piece) => void (await file.writeFile(piece)),
        { dtype },
      );
    });
  } finally {
    await files.close();
  }
  return path;
}
