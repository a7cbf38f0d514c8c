import { classNamesOf, type OpenedWeights, requirePreprocessing } from '@alexnet/classifier/node';
import { FormatError, type Model } from '@alexnet/convert';
import { buildNetwork, type Network, type Preprocessing, type Tf } from '@alexnet/model';
import { openModelFile } from './convert/open-model.js';
import type { Checkpoint } from './run/run-weights.js';

export { requirePreprocessing, WEIGHTS_NAME } from '@alexnet/classifier/node';

/** A weights file that says how its images are prepared and what its classes are called. */
export interface OpenWeights {
  readonly path: string;
  readonly file: Model;
  readonly preprocessing: Preprocessing;
  readonly classNames: readonly string[];
}

/**
 * Reads `--weights FILE|RUN` of any readable format, for looking at its numbers.
 *
 * @throws Error naming the file when it is missing, damaged, ambiguous or not read exactly
 */
export async function openNetworkFile(
  path: string,
  checkpoint?: Checkpoint,
): Promise<OpenedWeights> {
  try {
    return await openModelFile(path, { checkpoint });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const advice = error.code === 'ambiguous' ? ': alexnet convert --preset NAME' : '';
    throw new Error(`${path} is no usable weights file: ${error.message}${advice}`, {
      cause: error,
    });
  }
}

/**
 * The same, for predicting.
 *
 * @throws Error also when the file is silent about its preprocessing
 */
export async function openWeights(path: string, checkpoint?: Checkpoint): Promise<OpenWeights> {
  const { model: file, path: found } = await openNetworkFile(path, checkpoint);
  return {
    path: found,
    file,
    preprocessing: requirePreprocessing(file),
    classNames: classNamesOf(file),
  };
}

/** The network of a weights file on a backend; the caller disposes it. */
export function loadNetwork(tf: Tf, weights: OpenWeights): Network {
  const network = buildNetwork(tf, weights.file.spec);
  network.setWeights(weights.file.weights);
  return network;
}
