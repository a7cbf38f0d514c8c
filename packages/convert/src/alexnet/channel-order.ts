import { channelMeanOf, type Preprocessing, type Weight } from '@alexnet/model';
import { FormatError, UnsaidError } from '../format-error.js';

/** In which order conv1 takes the colors. */
export type ChannelOrder = Preprocessing['channelOrder'];

/**
 * The order in which a file's conv1 takes the colors, as the caller or the file says it; null where nobody
 * does.
 *
 * @throws FormatError unsupported where the preprocessing the caller gives is in another order than the caller says,
 *   UnsaidError where it is in another than the file does
 */
export function conv1Order(
  own: ChannelOrder | null,
  {
    channelOrder,
    preprocessing,
  }: { readonly channelOrder?: ChannelOrder; readonly preprocessing?: Preprocessing },
): ChannelOrder | null {
  const order = channelOrder ?? own ?? preprocessing?.channelOrder ?? null;
  if (preprocessing && preprocessing.channelOrder !== order) {
    const message = `conv1 takes ${order}, the preprocessing is in ${preprocessing.channelOrder}; give it in the order conv1 takes`;
    if (channelOrder) throw new FormatError('unsupported', message);
    throw new UnsaidError('ambiguous', `${message}, or say in which order that is`, [
      'channelOrder',
    ]);
  }
  return order;
}

/** Reverses the input channels of a first convolution in tfjs layout `[h, w, 3, out]`. */
export function reverseInputChannels({ shape, data }: Weight): Weight {
  const [, , channels = 1, filters = 1] = shape;
  const result = new Float32Array(data.length);
  const pixel = channels * filters;
  for (let at = 0; at < data.length; at += pixel) {
    for (let channel = 0; channel < channels; channel++) {
      const from = at + (channels - 1 - channel) * filters;
      result.set(data.subarray(from, from + filters), at + channel * filters);
    }
  }
  return { shape, data: result };
}

/** The same preprocessing for a network whose first convolution was reversed. */
export function reversePreprocessing(preprocessing: Preprocessing): Preprocessing {
  const { channelOrder, std } = preprocessing;
  const means = channelMeanOf(preprocessing);
  return {
    ...preprocessing,
    channelOrder: channelOrder === 'rgb' ? 'bgr' : 'rgb',
    // A mean image is RGB whatever the channel order.
    mean: means ? reverse(means) : preprocessing.mean,
    std: std && reverse(std),
  };
}

function reverse([a, b, c]: readonly [number, number, number]): [number, number, number] {
  return [c, b, a];
}
