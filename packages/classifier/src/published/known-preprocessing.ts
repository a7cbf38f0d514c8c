import type { NetworkSpec, Preprocessing } from '@alexnet/model';

/** A way to prepare images that published AlexNets were trained with. */
export interface KnownPreprocessing {
  readonly name: string;
  /** What it does to colors, in a few words. */
  readonly explanation: string;
  readonly preprocessing: Preprocessing;
}

/**
 * torchvision's `ImageClassification`, for a network that reads images of `side` × `side` px: 256 px to
 * 224, channel means and deviations of ImageNet (torchvision/transforms/_presets.py).
 */
export function torchvisionPreprocessing(side: number): Preprocessing {
  return {
    resize: { shorterSide: Math.round((side * 256) / 224) },
    crop: { height: side, width: side },
    channelOrder: 'rgb',
    range: 1,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  };
}

/**
 * What published AlexNets were trained with, for a file that does not say. A person chooses; nothing
 * here is ever assumed.
 *
 * @param turned whether the conv1 filters were turned from BGR to RGB when the file was read
 */
export function knownPreprocessing({ input }: NetworkSpec, turned: boolean): KnownPreprocessing[] {
  const crop = { height: input.height, width: input.width };
  const side = Math.min(input.height, input.width);
  // 256 px for Caffe's crops of 227.
  const resize = { shorterSide: Math.round((side * 256) / 227) };
  return [
    {
      name: 'torchvision',
      explanation: 'RGB divided by 255, ImageNet mean and deviation',
      preprocessing: { ...torchvisionPreprocessing(side), crop },
    },
    {
      // Caffe `models/bvlc_alexnet/train_val.prototxt`, the channel means of its mean image
      name: 'Caffe',
      explanation: 'BGR from 0 to 255 minus the mean color',
      preprocessing: {
        resize: { ...resize, squash: true, antialias: false },
        crop,
        channelOrder: turned ? 'rgb' : 'bgr',
        range: 255,
        mean: turned ? [123, 117, 104] : [104, 117, 123],
        std: null,
      },
    },
    {
      // The same mean color, for files whose filters are already in RGB order.
      name: 'RGB, 0 to 255',
      explanation: 'minus the mean color',
      preprocessing: {
        resize,
        crop,
        channelOrder: 'rgb',
        range: 255,
        mean: [123, 117, 104],
        std: null,
      },
    },
    {
      name: 'RGB, 0 to 255, plain',
      explanation: 'nothing taken off',
      preprocessing: { resize, crop, channelOrder: 'rgb', range: 255, mean: null, std: null },
    },
    {
      name: 'RGB, 0 to 1, plain',
      explanation: 'nothing taken off',
      preprocessing: { resize, crop, channelOrder: 'rgb', range: 1, mean: null, std: null },
    },
  ];
}
