import type { Preprocessing } from '@alexnet/model';

/** How images are prepared for weights whose files do not say it, for `--preprocessing`. */
export const KNOWN_PREPROCESSING = {
  /** `AlexNet_Weights.IMAGENET1K_V1.transforms()`: torchvision, transforms/_presets.py, ImageClassification. */
  torchvision: {
    resize: { shorterSide: 256 },
    crop: { height: 224, width: 224 },
    channelOrder: 'rgb',
    range: 1,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
} as const satisfies Readonly<Record<string, Preprocessing>>;

export const KNOWN_PREPARATIONS = Object.keys(
  KNOWN_PREPROCESSING,
) as readonly (keyof typeof KNOWN_PREPROCESSING)[];
