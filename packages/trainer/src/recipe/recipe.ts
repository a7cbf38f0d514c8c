import { type OperationInput, operationSchema } from '@alexnet/augment';
import { above, atLeast, below, oneOf, whole } from '@alexnet/augment/settings';
import { PRESET_NAMES, type SpecModifiers } from '@alexnet/model';
import * as v from 'valibot';

/** What a recipe changes in its preset: the modifiers of `createSpec`; the images give the classes. */
// @__NO_SIDE_EFFECTS__
const modifiersSchema = () =>
  v.strictObject({
    input: v.exactOptional(whole(1, 'Side of the square input in px; also of the crops.')),
    width: v.exactOptional(above(0, 'Factor on the filters of every convolution.')),
    headWidth: v.exactOptional(above(0, 'Factor on the units of fc6 and fc7.')),
    activation: v.exactOptional(
      oneOf(['relu', 'tanh', 'sigmoid'], 'After every layer but the last.'),
    ),
    pool: v.exactOptional(oneOf(['max', 'avg'], 'What pooling takes of its window.')),
    norm: v.exactOptional(oneOf(['lrn', 'batch', 'none'], 'Normalization.')),
    groups: v.exactOptional(oneOf([1, 2], '2 cuts conv2, conv4 and conv5 into two towers.')),
    head: v.exactOptional(oneOf(['dense', 'conv', 'gap'], 'What follows the convolutions.')),
    dropout: v.exactOptional(below(0, 1, 'Share of hidden units dropped in training.')),
    init: v.exactOptional(oneOf(['paper', '2012', 'he', 'pytorch'], 'Starting values.')),
    conv1: v.exactOptional(
      v.strictObject({
        stride: v.exactOptional(whole(1, 'Pixels.')),
        kernelSize: v.exactOptional(whole(1, 'Side of the window, px.')),
        padding: v.exactOptional(whole(0, 'Zero px on every side.')),
        rounding: v.exactOptional(
          oneOf(['exact', 'floor'], 'floor drops the px that a last, partial window would need.'),
        ),
        sd: v.exactOptional(above(0, 'Standard deviation of the starting weights.')),
      }),
    ),
  }) satisfies v.GenericSchema<SpecModifiers>;

// @__NO_SIDE_EFFECTS__
const scheduleSchema = () =>
  v.strictObject({
    kind: oneOf(
      ['constant', 'cosine', 'step', 'plateau'],
      'cosine: from the peak to finalFactor of it. step: times factor at each of dropEpochs. plateau: times factor when validation error has not improved for patience epochs (paper, section 5, done by hand there).',
    ),
    warmupEpochs: atLeast(0, 'Epochs of linear growth to the peak, before the rest.'),
    warmupStart: v.exactOptional(
      below(0, 1, 'Of the peak, at the first update of the growth; 0 where left out.'),
    ),
    factor: v.pipe(
      v.number(),
      v.gtValue(0),
      v.maxValue(1),
      v.description('At a drop of step or plateau: 0.1 (paper, section 5).'),
    ),
    dropEpochs: v.pipe(v.array(atLeast(0, 'Epoch.')), v.description('Counted from 0, for step.')),
    patience: whole(1, 'Epochs without gain before a drop, for plateau.'),
    maxDrops: v.exactOptional(
      whole(
        0,
        'For plateau: drops there are at most, three in the paper; no limit where left out.',
      ),
    ),
    finalFactor: v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(1),
      v.description('Of the peak, at the end of cosine.'),
    ),
  });

// @__NO_SIDE_EFFECTS__
const layerSchema = () =>
  v.strictObject({
    learningRateFactor: v.exactOptional(
      atLeast(0, 'Factor on the learning rate; 0 freezes the layer.'),
    ),
    dropEpochs: v.exactOptional(
      v.pipe(
        v.array(atLeast(0, 'Epoch.')),
        v.description("Epochs at which this layer's own learning rate is divided by ten."),
      ),
    ),
    frozenFromEpoch: v.exactOptional(
      whole(0, 'From this epoch on, counted from 0, the layer no longer learns.'),
    ),
  });

/** Everything that decides a training run, apart from the images and the seed. */
export const recipeSchema = /* @__PURE__ */ (() =>
  v.strictObject({
    name: v.pipe(v.string(), v.description('What the recipe is called.')),
    source: v.pipe(v.string(), v.description('Paper section, source file or measurement.')),
    network: v.strictObject({
      preset: oneOf(PRESET_NAMES, 'The network.'),
      modifiers: modifiersSchema(),
    }),
    preprocessing: v.strictObject({
      shorterSide: whole(1, 'Images are resized so that the shorter side has this many px.'),
      divideBy: v.union(
        [
          above(
            0,
            'Pixel values are divided by this after the mean is subtracted; 1 leaves 0..255.',
          ),
          v.literal('deviation'),
        ],
        'a number more than 0, or deviation for that of each channel of the training images',
      ),
      mean: v.exactOptional(
        oneOf(
          ['channel', 'image'],
          'What is subtracted: the mean of each channel, or the mean image of the training set; else channel.',
        ),
      ),
    }),
    augment: v.pipe(
      v.array(operationSchema),
      v.description('What is done to training images and batches, in order.'),
    ),
    epochs: whole(1, 'Passes over the training images.'),
    stopAfter: v.exactOptional(
      whole(1, 'Stop when validation error has not improved for so many epochs; else never.'),
    ),
    batchSize: whole(1, 'Images per update.'),
    accumulate: whole(
      1,
      'A batch is computed in this many parts whose gradients are averaged (less memory).',
    ),
    learningRate: above(0, 'Peak learning rate, for the mean gradient of a batch.'),
    momentum: below(0, 1, 'Share of the velocity kept at an update: 0.9 (paper, section 5).'),
    weightDecay: atLeast(0, 'L2 decay inside the update, times the learning rate.'),
    learningRateInMomentum: oneOf(
      ['inside', 'outside'],
      'inside: v = m v - lr (g + decay w), w += v, as the paper; outside: v = m v + g + decay w, w -= lr v, as PyTorch. Equal while the learning rate is.',
    ),
    biasLearningRateFactor: atLeast(
      0,
      'On the learning rate of biases (2012 source and Caffe: 2).',
    ),
    biasSchedule: oneOf(
      ['same', 'constant'],
      'constant: the schedule moves only the learning rate of weights, as in the 2012 source.',
    ),
    biasDecay: v.pipe(
      v.boolean(),
      v.description('Whether biases decay too (2012 source and Caffe: no).'),
    ),
    batchNormVariance: v.exactOptional(
      oneOf(
        ['biased', 'unbiased'],
        'Running variance that batch norm keeps: squares over n (Keras), or n − 1 (PyTorch, Caffe); biased where left out.',
      ),
    ),
    schedule: scheduleSchema(),
    layers: v.pipe(
      v.record(v.string(), layerSchema()),
      v.description('By layer name, what is learned differently there.'),
    ),
    precision: v.exactOptional(
      oneOf(
        ['fp32', 'bf16', 'fp16', 'auto'],
        'In what convolutions and dense layers compute, where the step is compiled; auto: bf16 on processors and GPUs made for it, fp16 on older GPUs with tensor cores; fp32 where left out.',
      ),
    ),
    clipNorm: atLeast(0, 'Global gradient norm above which gradients are scaled down; 0 is off.'),
    ema: below(
      0,
      1,
      'Decay per step of the moving average of the weights used at the end; 0 is off.',
    ),
  }))();

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

/** Everything that decides a training run, apart from the images and the seed. */
export type Recipe = Frozen<Omit<v.InferOutput<typeof recipeSchema>, 'augment'>> & {
  /** What is done to training images and batches, in order. */
  readonly augment: readonly OperationInput[];
};

/** How the learning rate moves. Every field is always there; each kind reads its own. */
export type Schedule = Recipe['schedule'];

/** What is learned differently in one layer, as the 2012 layer-params files have it. */
export type LayerLearning = Recipe['layers'][string];
