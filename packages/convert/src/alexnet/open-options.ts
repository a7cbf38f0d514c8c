import type { ByteSource } from '@alexnet/files';
import type { NetworkSpec, Preprocessing, PresetName, SpecModifiers } from '@alexnet/model';
import type { Limits } from '../limits.js';
import type { ChannelOrder } from './channel-order.js';
import type { DataFormat } from './flattened-pairs.js';
import type { NoteCode } from './note.js';

/** What a reader needs to know that foreign files do not say. */
export interface OpenOptions {
  /** Which network it is, where shapes cannot tell: paper, original2012, caffe or caffenet. */
  readonly preset?: PresetName;
  /** How it differs from the preset: norm, pool, activation, input, conv1 … Sizes are the file's own. */
  readonly modifiers?: SpecModifiers;
  /** The whole network, where it is no preset scaled in width and classes. */
  readonly spec?: NetworkSpec;
  /** What the file does not say but the caller knows, in the order of colors the file's conv1 takes. */
  readonly preprocessing?: Preprocessing;
  /** What batch norms add to the variance, where the file holds numbers only. */
  readonly epsilon?: number;
  /**
   * In which order the first dense layer sees its maps, in Keras' words, where the file holds numbers only:
   * `channels_last` for height, width, channels.
   */
  readonly dataFormat?: DataFormat;
  /** Order of conv1's input channels, where the file leaves it open; what the file does to them is in that order, too. */
  readonly channelOrder?: ChannelOrder;
  /** Names of the classes in label order, where the caller knows them. */
  readonly classNames?: readonly string[];
  /** Codes of inexact notes to accept; `NOTE_CODES` leaves judging to the caller. */
  readonly allow?: readonly NoteCode[];
  /** What comes off a caffemodel's images: a `.binaryproto`, an `.npy`, or three numbers, 0 to 255; BGR as Caffe has it. */
  readonly mean?: Uint8Array | ByteSource | readonly [blue: number, green: number, red: number];
  /** The layers of a caffemodel's net, a `.prototxt`; its HDF5 form has none of its own. */
  readonly prototxt?: Uint8Array | ByteSource;
  /** `batches.meta` of cuda-convnet: class names and the mean image. */
  readonly meta?: Uint8Array | ByteSource;
  /** Instead of those of `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
}
