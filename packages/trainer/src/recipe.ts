import type { AugmentRecipe } from '@alexnet/augment';
import type { PresetName, SpecModifiers } from '@alexnet/model';

/**
 * Which network a recipe trains: a preset and what to change in it.
 * `null` leaves the preset's own choice.
 */
export interface NetworkChoice {
  readonly preset: PresetName;
  /** Side of the square input in px; also the side of the crops. */
  readonly input: number | null;
  /** Factor on every convolution's filters. */
  readonly width: number | null;
  /** Factor on the units of fc6 and fc7. */
  readonly headWidth: number | null;
  readonly activation: SpecModifiers['activation'] | null;
  readonly pool: SpecModifiers['pool'] | null;
  readonly norm: SpecModifiers['norm'] | null;
  readonly groups: SpecModifiers['groups'] | null;
  readonly head: SpecModifiers['head'] | null;
  /** Share of units dropped before (after, in `paper`) fc6 and fc7, 0 to below 1. */
  readonly dropout: number | null;
  readonly init: SpecModifiers['init'] | null;
  /** Pixels. */
  readonly conv1Stride: number | null;
  /** Side of the window, pixels. */
  readonly conv1Kernel: number | null;
  /** Zero padding of conv1 in px, the same on every side. */
  readonly conv1Padding: number | null;
  /** Standard deviation of conv1's starting weights. */
  readonly conv1Sd: number | null;
}

/** How the learning rate moves. Every field is always there; each kind reads its own. */
export interface Schedule {
  /**
   * `constant`; `cosine` from the peak to `finalFactor` of it; `step`: times `factor` at each of
   * `dropEpochs`; `plateau`: times `factor` when validation error has not improved for `patience`
   * epochs (the paper's section 5 rule, done by hand there).
   */
  readonly kind: 'constant' | 'cosine' | 'step' | 'plateau';
  /** Epochs of linear growth from 0 to the peak rate, before the rest. */
  readonly warmupEpochs: number;
  /** At a drop of `step` or `plateau`: 0.1 (paper, section 5). */
  readonly factor: number;
  /** Counted from 0, for `step`. */
  readonly dropEpochs: readonly number[];
  /** Epochs without gain before a drop, for `plateau`. */
  readonly patience: number;
  /** Of the peak, at the end of `cosine`. */
  readonly finalFactor: number;
}

/** What is done to training images. Every field is always there. */
export interface TrainAugment extends AugmentRecipe {
  /** Which form of fancy PCA: see `@alexnet/augment`. */
  readonly colorForm: NonNullable<AugmentRecipe['colorForm']>;
  /** Epochs with fancy PCA; 0: all of them. */
  readonly colorEpochs: number;
  /** Neighboring images that share one crop position and one flip: 1, or 32 in the 2012 source. */
  readonly chunk: number;
  /** A crop of random area and proportions instead of `crop` (Szegedy et al. 2014; torchvision). */
  readonly randomResizedCrop: boolean;
}

/** What is learned differently in one layer, as the 2012 layer-params files have it. */
export interface LayerLearning {
  /** Factor on the learning rate; 0 freezes the layer. */
  readonly rate?: number;
  /** Epochs at which this layer's own rate is divided by ten, beside the schedule. */
  readonly dropEpochs?: readonly number[];
  /** From this epoch on (counted from 0) the layer no longer learns. */
  readonly frozenFromEpoch?: number;
}

/** Everything that decides a training run, apart from the images and the seed. */
export interface Recipe {
  readonly name: string;
  /** Where it comes from: paper section, source file or measurement. */
  readonly source: string;
  readonly network: NetworkChoice;
  readonly preprocessing: {
    /** Images are resized so that the shorter side has this many px. */
    readonly shorterSide: number;
    /** Pixel values are divided by this after mean subtraction; 1 leaves 0..255. */
    readonly divideBy: number;
  };
  readonly augment: TrainAugment;
  /** Passes over the training images. */
  readonly epochs: number;
  /** Images per update. */
  readonly batchSize: number;
  /** A batch is computed in this many parts whose gradients are averaged (less memory). */
  readonly accumulate: number;
  /** Peak learning rate, for the mean gradient of a batch. */
  readonly learningRate: number;
  /** Share of the velocity kept at an update: 0.9 (paper, section 5). */
  readonly momentum: number;
  /** L2 decay inside the update, times the learning rate. */
  readonly weightDecay: number;
  /**
   * `inside`: v = m v - rate (g + decay w), w += v, the paper's section 5 and the 2012 source;
   * `outside`: v = m v + g + decay w, w -= rate v, as PyTorch does. Equal while the rate is.
   */
  readonly rateInMomentum: 'inside' | 'outside';
  /** Factor on the learning rate of biases (2012 source and Caffe: 2). */
  readonly biasRate: number;
  /** `constant`: the schedule moves only the rate of weights, as in the 2012 source. */
  readonly biasSchedule: 'same' | 'constant';
  /** Whether biases decay too (2012 source and Caffe: no). */
  readonly biasDecay: boolean;
  readonly schedule: Schedule;
  /** By layer name; a layer left out learns as the others. */
  readonly layers: Readonly<Record<string, LayerLearning>>;
  /** Probability mass spread over all classes in the target, 0 to below 1. */
  readonly labelSmoothing: number;
  /** Global gradient norm above which gradients are scaled down; 0 is off. */
  readonly clipNorm: number;
  /** Decay per step of the exponential moving average of the weights used at the end; 0 is off. */
  readonly ema: number;
}

/** Standard deviation of fancy PCA in an epoch counted from 0; 0 when its epochs are over. */
export function colorPcaIn(augment: TrainAugment, epoch: number): number {
  return augment.colorEpochs === 0 || epoch < augment.colorEpochs ? augment.colorPca : 0;
}

/** The modifiers of {@link NetworkChoice} in the form `createSpec` takes. */
export function specModifiers(choice: NetworkChoice, classes: number): SpecModifiers {
  const { preset: _, conv1Stride, conv1Kernel, conv1Padding, conv1Sd, ...direct } = choice;
  const chosen = Object.fromEntries(Object.entries(direct).filter(([, value]) => value !== null));
  const conv1 = {
    ...(conv1Stride === null ? {} : { stride: conv1Stride }),
    ...(conv1Kernel === null ? {} : { kernelSize: conv1Kernel }),
    ...(conv1Padding === null ? {} : { padding: conv1Padding }),
    ...(conv1Sd === null ? {} : { sd: conv1Sd }),
  };
  return { ...chosen, classes, ...(Object.keys(conv1).length ? { conv1 } : {}) };
}
