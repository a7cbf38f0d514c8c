import type { Preprocessing } from '@alexnet/model';
import type { OpenOptions } from '../alexnet/open-options.js';
import { FormatError } from '../format-error.js';
import { preprocessingJson } from '../model-file/mean-tensor.js';
import { checkClassNames } from '../model-file/metadata.js';
import { checkPreprocessing } from '../model-file/preprocessing.js';

/**
 * Refuses what a caller says of a file where a file that said it would be refused: no compiler looks at
 * plain JavaScript, and `"RGB"` for `"rgb"` or a mean of another range gives wrong answers without an error.
 *
 * @throws FormatError bad-metadata
 */
export function checkSaid({ preprocessing, channelOrder = 'rgb' }: OpenOptions): void {
  if (channelOrder !== 'rgb' && channelOrder !== 'bgr') {
    throw new FormatError('bad-metadata', 'channelOrder is neither "rgb" nor "bgr"');
  }
  if (preprocessing !== undefined) checkSaidPreprocessing(preprocessing);
}

/** @throws FormatError bad-metadata where class names are no list of one for each class */
export function checkSaidNames({ classNames }: OpenOptions, classes: number): void {
  if (classNames) checkClassNames(classNames, classes);
}

function checkSaidPreprocessing(preprocessing: Preprocessing): void {
  const { mean, range } = preprocessing ?? {};
  const json = mean ? preprocessingJson(preprocessing, false) : preprocessing;
  checkPreprocessing(json);
  const means = Array.isArray(mean) ? (mean as readonly number[]) : [];
  if (means.every((value) => value >= 0 && value <= range)) return;
  throw new FormatError(
    'bad-metadata',
    `preprocessing: a mean of ${means.join(', ')} lies outside of its range, 0 to ${range}`,
  );
}
