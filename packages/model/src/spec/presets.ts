import type { Initializer, Padding } from './layer-spec.js';
import type { PresetName } from './network-spec.js';
import type { Block, HiddenLayer, Recipe, Stage } from './recipe.js';

/** Every preset {@link createSpec} takes, in the order of the documentation. */
export const PRESET_NAMES: readonly PresetName[] = [
  'alexnet',
  'paper',
  'original2012',
  'caffe',
  'caffenet',
  'torchvision',
  'lenet5',
];

/** The same number of zero pixels on every side. */
// @__NO_SIDE_EFFECTS__
export function pad(pixels: number): Padding {
  return { top: pixels, left: pixels, bottom: pixels, right: pixels };
}

function normal(sd: number, bias: number): Initializer {
  return { weight: { kind: 'normal', sd }, bias };
}

const he: Initializer = { weight: { kind: 'he' }, bias: 0 };
const lecun: Initializer = { weight: { kind: 'lecun' }, bias: 0 };

/** Starting values of conv1…conv5, of the hidden layers, and of the last layer. */
interface Start {
  readonly conv: readonly [Initializer, Initializer, Initializer, Initializer, Initializer];
  readonly hidden: Initializer;
  readonly output: Initializer;
}

/** N(0, σ²) everywhere, `bias` in conv2, conv4, conv5 and the hidden layers, 0 elsewhere. */
// @__NO_SIDE_EFFECTS__
function gaussianStart(upperConvSd: number, hiddenSd: number, bias: number): Start {
  return {
    conv: [
      normal(0.01, 0),
      normal(0.01, bias),
      normal(upperConvSd, 0),
      normal(upperConvSd, bias),
      normal(upperConvSd, bias),
    ],
    hidden: normal(hiddenSd, bias),
    output: normal(0.01, 0),
  };
}

/** Paper section 5: N(0, 0.01²); biases 1 in conv2, conv4, conv5 and the hidden layers, 0 in the rest. */
const paperStart = gaussianStart(0.01, 0.01, 1);
/** `layers-145.cfg`: as the paper, but `initW=0.03` in conv3, conv4 and conv5. */
const start2012 = gaussianStart(0.03, 0.01, 1);
/** Caffe `models/bvlc_alexnet/train_val.prototxt`: biases 0.1, and 0.005 in fc6 and fc7. */
const caffeStart = gaussianStart(0.01, 0.005, 0.1);
/** Caffe `models/bvlc_reference_caffenet/train_val.prototxt`: the same with biases 1. */
const caffenetStart = gaussianStart(0.01, 0.005, 1);
/** He's rule; PyTorch itself starts this network uniformly on ±1 / √(fan-in). */
const heStart: Start = { conv: [he, he, he, he, he], hidden: he, output: he };

/** Filter counts and order of a five-convolution network; kernels and strides are paper section 3.5. */
interface FiveConvolutions {
  readonly filters: readonly [number, number, number, number, number];
  readonly conv1: { readonly padding: Padding; readonly rounding: 'exact' | 'floor' };
  readonly after: readonly [
    first: readonly Stage[],
    second: readonly Stage[],
    third: readonly Stage[],
    fourth: readonly Stage[],
    fifth: readonly Stage[],
  ];
  readonly start: Start;
}

function fiveConvolutions(parts: FiveConvolutions): readonly Block[] {
  const { filters, conv1, after, start } = parts;
  const exact = 'exact' as const;
  const one = { stride: 1, rounding: exact };
  const [f1, f2, f3, f4, f5] = filters;
  const [i1, i2, i3, i4, i5] = start.conv;
  const [t1, t2, t3, t4, t5] = after;
  return [
    { filters: f1, kernel: 11, stride: 4, ...conv1, splits: false, init: i1, after: t1 },
    { filters: f2, kernel: 5, ...one, padding: pad(2), splits: true, init: i2, after: t2 },
    { filters: f3, kernel: 3, ...one, padding: pad(1), splits: false, init: i3, after: t3 },
    { filters: f4, kernel: 3, ...one, padding: pad(1), splits: true, init: i4, after: t4 },
    { filters: f5, kernel: 3, ...one, padding: pad(1), splits: true, init: i5, after: t5 },
  ];
}

function twoHidden(start: Start): readonly HiddenLayer[] {
  return [
    { units: 4096, init: start.hidden },
    { units: 4096, init: start.hidden },
  ];
}

const plain: readonly Stage[] = ['activation'];
const pooled: readonly Stage[] = ['activation', 'pool'];
const poolThenNorm: readonly Stage[] = ['activation', 'pool', 'lrn'];
const normThenPool: readonly Stage[] = ['activation', 'lrn', 'pool'];

const unpadded = { padding: pad(0), rounding: 'exact' } as const;
const paperFilters = [96, 256, 384, 384, 256] as const;

/** Paper section 3.3, read as printed: k = 2, n = 5, α = 1e-4 on the plain sum, β = 0.75, over all kernel maps. */
const paperLrn = { size: 5, k: 2, sumCoeff: 1e-4, beta: 0.75, perTower: false } as const;
/** Caffe `LRNParameter`: k = 1 unless given; α = 1e-4 is divided by n = 5 (`lrn_layer.cpp`). */
const caffeLrn = { size: 5, k: 1, sumCoeff: 2e-5, beta: 0.75, perTower: false } as const;
/** `layer-params-145.cfg` scale = 0.0001, minDiv = 2; `layer.py:1183` divides by size; one layer per tower. */
const lrn2012 = { size: 5, k: 2, sumCoeff: 2e-5, beta: 0.75, perTower: true } as const;
/** `cnorm2a`, `cnorm2b`: scale = 0.001 divided by size² (`layer.py:1183`), pow = 0.75, additive 1. */
const mapnorm2012 = { size: 5, k: 1, sumCoeff: 0.001 / 25, beta: 0.75 } as const;

const common = {
  classes: 1000,
  activation: 'relu',
  pool: { kind: 'max', size: 3, stride: 2 },
  mapnorm: mapnorm2012,
} as const;

const input227 = { height: 227, width: 227, channels: 3 } as const;
const input224 = { height: 224, width: 224, channels: 3 } as const;

function fromPaper(overrides: {
  readonly groups: 1 | 2;
  readonly lrn: Recipe['lrn'];
  readonly order: readonly Stage[];
  readonly start: Start;
  readonly position: 'before' | 'after';
}): Recipe {
  const { groups, lrn, order, start, position } = overrides;
  return {
    ...common,
    input: input227,
    groups,
    lrn,
    blocks: fiveConvolutions({
      filters: paperFilters,
      conv1: unpadded,
      after: [order, order, plain, plain, pooled],
      start,
    }),
    hidden: twoHidden(start),
    output: start.output,
    dropout: { rate: 0.5, scaling: 'train', position },
  };
}

/** The numbers behind each preset, before modifiers. */
// In a function, so that a bundler may leave it out: spreading an object counts as an effect.
export const RECIPES: Readonly<Record<PresetName, Recipe>> = /* @__PURE__ */ (() => ({
  alexnet: fromPaper({
    groups: 1,
    lrn: paperLrn,
    order: poolThenNorm,
    start: paperStart,
    position: 'before',
  }),
  paper: fromPaper({
    groups: 2,
    lrn: paperLrn,
    order: normThenPool,
    start: paperStart,
    position: 'after',
  }),
  caffe: fromPaper({
    groups: 2,
    lrn: caffeLrn,
    order: normThenPool,
    start: caffeStart,
    position: 'after',
  }),
  caffenet: fromPaper({
    groups: 2,
    lrn: caffeLrn,
    order: poolThenNorm,
    start: caffenetStart,
    position: 'after',
  }),

  // layers-145.cfg: conv1 stays linear into its normalization, its ReLU comes after pool1 (`neuron=relu`
  // on the pool), conv5's likewise. 1 + ceil((224 − 11) / 4) = 55 windows, the last hanging 3 px over.
  original2012: {
    ...common,
    input: input224,
    groups: 2,
    lrn: lrn2012,
    blocks: fiveConvolutions({
      filters: paperFilters,
      conv1: { padding: { top: 0, left: 0, bottom: 3, right: 3 }, rounding: 'exact' },
      after: [
        ['lrn', 'pool', 'activation'],
        ['activation', 'lrn', 'mapnorm', 'pool'],
        plain,
        plain,
        ['pool', 'activation'],
      ],
      start: start2012,
    }),
    hidden: twoHidden(start2012),
    output: start2012.output,
    dropout: { rate: 0.5, scaling: 'test', position: 'after' },
  },

  // torchvision `models/alexnet.py`, after "One weird trick" (arXiv 1404.5997, footnote 1).
  // (224 + 2 + 2 − 11) / 4 + 1 = 55.25: PyTorch rounds down.
  torchvision: {
    ...common,
    input: input224,
    groups: 1,
    lrn: paperLrn,
    blocks: fiveConvolutions({
      filters: [64, 192, 384, 256, 256],
      conv1: { padding: pad(2), rounding: 'floor' },
      after: [pooled, pooled, plain, plain, pooled],
      start: heStart,
    }),
    hidden: twoHidden(heStart),
    output: he,
    dropout: { rate: 0.5, scaling: 'train', position: 'before' },
  },

  // LeCun et al. 1998, figure 2, in the form everyone teaches: S2 and S4 without weights, C3 fully
  // connected, a plain last layer instead of RBF units. 61,706 parameters.
  lenet5: {
    ...common,
    input: { height: 32, width: 32, channels: 1 },
    classes: 10,
    groups: 1,
    activation: 'tanh',
    pool: { kind: 'avg', size: 2, stride: 2 },
    lrn: paperLrn,
    blocks: [
      { filters: 6, kernel: 5, stride: 1, ...unpadded, splits: false, init: lecun, after: pooled },
      { filters: 16, kernel: 5, stride: 1, ...unpadded, splits: false, init: lecun, after: pooled },
    ],
    hidden: [
      { units: 120, init: lecun },
      { units: 84, init: lecun },
    ],
    output: lecun,
    dropout: { rate: 0, scaling: 'train', position: 'before' },
  },
}))();
