import type { NetworkSpec, Preprocessing } from '@alexnet/model';

export interface KnownPreprocessing {
  readonly name: string;
  readonly explanation: string;
  readonly preprocessing: Preprocessing;
}

/**
 * What published AlexNets were trained with, for a file that does not say. The reader chooses;
 * nothing here is ever assumed.
 *
 * @param turned whether the conv1 filters were turned from BGR to RGB when the file was read
 */
export function knownPreprocessing({ input }: NetworkSpec, turned: boolean): KnownPreprocessing[] {
  const crop = { height: input.height, width: input.width };
  const side = Math.min(input.height, input.width);
  // 256 px for the crops the networks were published with: 224 there, 227 in Caffe.
  const torchvision = { shorterSide: Math.round((side * 256) / 224) };
  const resize = { shorterSide: Math.round((side * 256) / 227) };
  const squash = { ...resize, squash: true, antialias: false } as const;
  return [
    {
      // torchvision `transforms._presets.ImageClassification`
      name: 'torchvision',
      explanation: 'RGB divided by 255, ImageNet mean and deviation',
      preprocessing: {
        resize: torchvision,
        crop,
        channelOrder: 'rgb',
        range: 1,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
    },
    {
      // Caffe `models/bvlc_alexnet/train_val.prototxt`, the channel means of its mean image
      name: 'Caffe',
      explanation: 'BGR from 0 to 255 minus the mean color',
      preprocessing: {
        resize: squash,
        crop,
        channelOrder: turned ? 'rgb' : 'bgr',
        range: 255,
        mean: turned ? [123, 117, 104] : [104, 117, 123],
        std: null,
      },
    },
    {
      // The same mean color, for files whose kernels are already in RGB order.
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
