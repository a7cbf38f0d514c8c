import type { NetworkSpec } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { flattenOrderOf } from '../found/network-of-layers.js';
import { inOrder } from '../found/tidy-layers.js';
import type { Match } from './match-tensors.js';
import type { SourceModel } from './source-model.js';

/** Keras' and TensorFlow's `data_format`. */
export type DataFormat = 'channels_last' | 'channels_first';

/** What can be said of a file that leaves the order of the flatten open. */
export const DATA_FORMAT =
  'the data format, in which the first dense layer sees its maps: channels_last (height, width, channels, the default of Keras and TensorFlow) or channels_first (channels, height, width); channels_last is taken where nobody says it';

const TAKEN =
  'the file does not say in which order its first dense layer sees the maps: height, width, channels was taken, as Keras and TensorFlow have it unless told otherwise; say the data format channels_first if its network was made so';

/**
 * The parameters of a file of numbers with those behind the flatten in height, width, channels order, as the
 * caller says they are. Maps of one pixel or one channel have one order; a dense layer kept as the convolution
 * it equals has its own.
 *
 * @returns a note where the order was taken without being said, or changed
 * @throws FormatError unsupported where it is said of a file that does not leave it open
 */
export function flattenedPairs(
  spec: NetworkSpec,
  pairs: Match['pairs'],
  { flattenUnsaid = false, layout }: Pick<SourceModel, 'flattenUnsaid' | 'layout'>,
  dataFormat: DataFormat | undefined,
): { readonly pairs: Match['pairs']; readonly note: string | null } {
  if (!flattenUnsaid) {
    if (dataFormat === undefined) return { pairs, note: null };
    throw new FormatError(
      'unsupported',
      'the order in which its first dense layer sees the maps is not open; leave the data format out',
    );
  }
  const flattened = flattenOrderOf(spec);
  const behind = flattened && pairs.find(([name]) => name === flattened.weight);
  if (!flattened || behind?.[2].shape.length !== 2) return { pairs, note: null };
  const [height, width, channels] = flattened.map;
  if (height * width === 1 || channels === 1) return { pairs, note: null };
  if (dataFormat === undefined) return { pairs, note: TAKEN };
  if (dataFormat === 'channels_last') return { pairs, note: null };
  const { map } = flattened;
  const turned = pairs.map(([ours, theirs, tensor]) => {
    const rows =
      ours === flattened.weight ? inOrder(tensor, { order: 'chw', map }, 'hwc', layout) : tensor;
    return [ours, theirs, rows] as const;
  });
  return {
    pairs: turned,
    note: 'rows of the first dense layer were put in height, width, channels order',
  };
}
