import { type Dataset, withoutTrained } from '@alexnet/data';
import { readRun } from '../run-folder.js';
import { divisionOf } from './division.js';
import { readBeside, readDataBeside } from './run-data.js';

/**
 * What a run that starts from weights has to say of its validation images: how many of them those
 * weights were trained on, for which its accuracy says too much.
 *
 * @param weights File that was read: a run's own, a checkpoint of it, or one that is in no run.
 * @param trainedSet Name of the data set the weights say they were trained on.
 * @returns One line; null where none was, or the weights are of other images.
 */
export async function trainedValidation(
  weights: string,
  trainedSet: unknown,
  dataset: Pick<Dataset, 'name' | 'validation' | 'validationFrom' | 'classIds'>,
): Promise<string | null> {
  const { name, validation, validationFrom, classIds } = dataset;
  const trainedOn = await readDataBeside(weights);
  if (trainedOn === null) {
    if (validationFrom === 'source' || trainedSet !== name) return null;
    return `whether the weights were trained on some of the validation images of ${name} is not known: data.json of their run is not beside them`;
  }
  const { trained } = await withoutTrained(trainedOn, validation, classIds);
  if (trained === 0) return null;
  const divided = validationFrom === 'source' ? null : await dividedBy(weights);
  const advice = divided === null ? '' : `; ${divided} holds out what that run did`;
  return `the weights were trained on ${trained} of the ${validation.records.length} validation images of ${name}: its accuracy on them will say too much${advice}`;
}

/** The options that divide images as the run of these weights did; null where its record cannot be read. */
async function dividedBy(weights: string): Promise<string | null> {
  const record = await readBeside(weights, readRun).catch(() => null);
  if (record === null) return null;
  const { splitSeed, validationShare } = divisionOf(record);
  const share = validationShare === undefined ? '' : ` --validation-share ${validationShare}`;
  return `--split-seed ${splitSeed}${share}`;
}
