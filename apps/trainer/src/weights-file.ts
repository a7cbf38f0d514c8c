import type { OpenedWeights } from '@alexnet/classifier/node';
import { FormatError } from '@alexnet/convert';
import { openModelFile } from './convert/open-model.js';
import { printCard } from './model-card.js';
import type { Checkpoint } from './run/run-weights.js';

export { WEIGHTS_NAME } from '@alexnet/classifier/node';

/**
 * Reads `--weights NAME|FILE|URL|RUN` of any readable format; of published weights the card is said.
 *
 * @throws Error naming the file when it is missing, damaged, ambiguous or not read exactly
 */
export async function openNetworkFile(
  path: string,
  checkpoint?: Checkpoint,
): Promise<OpenedWeights> {
  try {
    const opened = await openModelFile(path, { checkpoint });
    if (opened.published) await printCard(opened);
    return opened;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const advice = error.code === 'ambiguous' ? ': alexnet convert --preset NAME' : '';
    throw new Error(`${path} is no usable weights file: ${error.message}${advice}`, {
      cause: error,
    });
  }
}
