import type { Preprocessing, PresetName } from '@alexnet/model';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { ChannelOrder } from './channel-order.js';
import type { Note } from './note.js';

/** What a codec knows about an AlexNet in a file of another tool. */
export interface SourceModel {
  readonly format: string;
  readonly tensors: StoredTensors;
  /**
   * `channels-first`: conv `[out, in / groups, h, w]`, dense `[out, in]`, flattened `[c, h, w]`.
   * `channels-last`: conv `[h, w, in / groups, out]`, dense `[in, out]`, flattened `[h, w, c]`.
   */
  readonly layout: 'channels-first' | 'channels-last';
  /** Order of conv1's input channels; null where the format leaves it to the user. */
  readonly channelOrder: ChannelOrder | null;
  /** Presets the file itself names; null where it says nothing. */
  readonly presets: readonly PresetName[] | null;
  readonly preprocessing: Preprocessing | null;
  readonly classNames: readonly string[] | null;
  /** Why names and widths do not say what stands between the layers; null or nothing where they do. */
  readonly unsaid?: string | null;
  /**
   * Whether the file leaves open in which order the first dense layer sees its maps, as files of numbers
   * with channels-last filters do: Keras' `data_format` turns no filter.
   */
  readonly flattenUnsaid?: boolean;
  /** A sentence on a layer that stands where no preset has it. */
  readonly unlike?: string | null;
  /** What the codec already had to change. */
  readonly notes: readonly Note[];
}
