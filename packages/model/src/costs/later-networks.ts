import type { ConvSpec, Initializer, LayerSpec } from '../spec/layer-spec.js';
import type { NetworkSpec } from '../spec/network-spec.js';
import { pad } from '../spec/presets.js';
import { validateSpec } from '../spec/validate-spec.js';

/** Cost of a network this package does not compute, as its source gives it. */
export interface PublishedNetwork {
  readonly name: string;
  readonly year: number;
  readonly parameters: number;
  /** Multiply-adds for one image. */
  readonly macs: number;
  /** Side of the image, in pixels. */
  readonly input: number;
  /** Parameters of the single dense layer after global average pooling. */
  readonly headParameters: number;
  readonly source: string;
}

/**
 * Two networks that gave up the dense head. torchvision calls multiply-adds FLOPS (it lists
 * AlexNet's 714 M as 0.71 GFLOPS) and rounds them; heads are 1024 and 2048 features to 1000 classes.
 */
export const PUBLISHED_NETWORKS: readonly PublishedNetwork[] = [
  {
    name: 'GoogLeNet',
    year: 2014,
    parameters: 6_624_904,
    macs: 1.5e9,
    input: 224,
    headParameters: 1024 * 1000 + 1000,
    source: 'torchvision.models.googlenet, GoogLeNet_Weights.IMAGENET1K_V1: num_params, GFLOPS',
  },
  {
    name: 'ResNet-50',
    year: 2015,
    parameters: 25_557_032,
    macs: 4.09e9,
    input: 224,
    headParameters: 2048 * 1000 + 1000,
    source: 'torchvision.models.resnet50, ResNet50_Weights.IMAGENET1K_V1: num_params, GFLOPS',
  },
];

/** Simonyan and Zisserman 2014, table 1, column D: filters of the 3×3 convolutions between pools. */
const VGG16_STAGES = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
] as const;

const HE: Initializer = { weight: { kind: 'he' }, bias: 0 };

/**
 * VGG-16 as a layer list, for its costs: 138,357,544 parameters, 15.5 G MACs, and still nine tenths
 * of the parameters in the dense head.
 */
export function vgg16(): NetworkSpec {
  const features = VGG16_STAGES.flatMap((stage, index): LayerSpec[] => [
    ...stage.flatMap((filters, step): LayerSpec[] => {
      const place = `${index + 1}_${step + 1}`;
      return [convolution(`conv${place}`, filters), relu(`relu${place}`)];
    }),
    { op: 'pool', name: `pool${index + 1}`, kind: 'max', size: 2, stride: 2 },
  ]);
  const dense = (name: string, units: number): LayerSpec => ({
    op: 'dense',
    name,
    units,
    init: HE,
  });
  return validateSpec({
    preset: 'custom',
    input: { height: 224, width: 224, channels: 3 },
    classes: 1000,
    layers: [
      ...features,
      { op: 'flatten', name: 'flatten' },
      dense('fc6', 4096),
      relu('relu6'),
      dense('fc7', 4096),
      relu('relu7'),
      dense('fc8', 1000),
    ],
  });
}

function convolution(name: string, filters: number): ConvSpec {
  const window = {
    kernel: [3, 3],
    stride: 1,
    padding: pad(1),
    groups: 1,
    rounding: 'exact',
  } as const;
  return { op: 'conv', name, filters, ...window, init: HE };
}

function relu(name: string): LayerSpec {
  return { op: 'activation', name, function: 'relu' };
}
