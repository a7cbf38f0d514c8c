import { channelMeanOf, type Preprocessing, type Weight } from '@alexnet/model';

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
