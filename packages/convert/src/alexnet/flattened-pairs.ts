import type { NetworkSpec } from '@alexnet/model';
import { FormatError, UnsaidError } from '../format-error.js';
import { flattenOrderOf } from '../found/network-of-layers.js';
import { inOrder } from '../found/tidy-layers.js';
import type { Match } from './match-tensors.js';
import type { SourceModel } from './source-model.js';

/** Keras' and TensorFlow's `data_format`. */
export type DataFormat = 'channels_last' | 'channels_first';

/** What has to be said of a file that leaves the order of the flatten open. */
export const DATA_FORMAT =
  'the data format, in which the first dense layer sees its maps: channels_last (height, width, channels, the default of Keras and TensorFlow) or channels_first (channels, height, width)';

/**
 * The parameters of a file of numbers with those behind the flatten in height, width, channels order, as the
 * caller says they are. Maps of one pixel or one channel have one order; a dense layer kept as the convolution
 * it equals has its own.
 *
 * @throws FormatError ambiguous where the file leaves the order open and nobody says it, unsupported
 *   where it is said of a file that does not
 */
export function flattenedPairs(
  spec: NetworkSpec,
  pairs: Match['pairs'],
  { flattenUnsaid = false, layout }: Pick<SourceModel, 'flattenUnsaid' | 'layout'>,
  dataFormat: DataFormat | undefined,
): Match['pairs'] {
  if (!flattenUnsaid) {
    if (dataFormat === undefined) return pairs;
    throw new FormatError(
      'unsupported',
      'the order in which its first dense layer sees the maps is not open; leave the data format out',
    );
  }
  const flattened = flattenOrderOf(spec);
  const behind = flattened && pairs.find(([name]) => name === flattened.weight);
  if (!flattened || behind?.[2].shape.length !== 2) return pairs;
  const [height, width, channels] = flattened.map;
  if (height * width === 1 || channels === 1) return pairs;
  if (dataFormat === undefined) {
    throw new UnsaidError('ambiguous', `the file holds numbers only; say ${DATA_FORMAT}`, [
      'dataFormat',
    ]);
  }
  if (dataFormat === 'channels_last') return pairs;
  const { map } = flattened;
  return pairs.map(([ours, theirs, tensor]) => {
    const rows =
      ours === flattened.weight ? inOrder(tensor, { order: 'chw', map }, 'hwc', layout) : tensor;
    return [ours, theirs, rows];
  });
}
