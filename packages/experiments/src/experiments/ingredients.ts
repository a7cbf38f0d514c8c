import type { LayerChanges } from '../change-layers.js';
import type { Experiment, Variant } from '../experiment.js';

/** What is added to a network and its training. */
interface Ingredient {
  readonly name: string;
  readonly set: readonly string[];
  /** Taken out of the layer changes before. */
  readonly undoes?: readonly string[];
  readonly dropsAt?: Variant['dropsAt'];
}

/** A convolutional network as they were before: Jarrett et al. 2009 had tanh and average pools. */
const BEFORE = {
  set: [
    'network.width=0.25',
    'network.headWidth=0.25',
    'network.activation=tanh',
    'network.pool=avg',
    'network.norm=none',
    'network.dropout=0',
    'augment.centralSquare=false',
    'augment.centerCrop=true',
    'augment.randomFlip=false',
    'augment.fancyPca=false',
    'schedule.kind=constant',
  ],
  layers: { pool1: { size: 2 }, pool2: { size: 2 }, pool5: { size: 2 } } as LayerChanges,
};

/** Paper, sections 3.1, 3.4, 3.3, 4.1, 4.2 and 5. */
const OF_2012: readonly Ingredient[] = [
  { name: 'ReLU', set: ['network.activation=relu'] },
  {
    name: 'max pools that overlap',
    set: ['network.pool=max'],
    undoes: ['pool1', 'pool2', 'pool5'],
  },
  { name: 'LRN', set: ['network.norm=lrn'] },
  {
    name: 'crops and flips',
    set: ['augment.centralSquare=true', 'augment.randomCrop=true', 'augment.randomFlip=true'],
  },
  { name: 'fancy PCA', set: ['augment.fancyPca=true'] },
  { name: 'dropout of 0.5', set: ['network.dropout=0.5'] },
  // The paper divided it by hand, three times, where validation stopped: here near the end.
  { name: 'learning rate drops', set: ['schedule.kind=step'], dropsAt: [0.75, 0.9, 0.975] },
];

/**
 * Ioffe and Szegedy 2015 (with less dropout, section 4.2.1); Loshchilov and Hutter 2017 without restarts;
 * Szegedy et al. 2015 (crops of many sizes) and 2016, section 7 (smoothing); Yun et al. 2019; Polyak and
 * Juditsky 1992, as a moving average.
 */
const OF_TODAY: readonly Ingredient[] = [
  { name: 'batch norm, dropout of 0.2', set: ['network.norm=batch', 'network.dropout=0.2'] },
  { name: 'cosine decay', set: ['schedule.kind=cosine'] },
  {
    name: 'crops of many sizes',
    set: ['augment.centralSquare=false', 'augment.randomResizedCrop.scale=[0.35,1]'],
  },
  { name: 'label smoothing', set: ['augment.labelSmoothing=true'] },
  { name: 'CutMix', set: ['augment.cutmix.probability=0.5'] },
  { name: 'weight average', set: ['ema=0.99'] },
];

type Base = Required<Pick<Variant, 'set' | 'layers'>> & Pick<Variant, 'dropsAt'>;

function add({ layers, ...base }: Base, { set, undoes = [], dropsAt }: Ingredient): Base {
  const kept = Object.entries(layers).filter(([name]) => !undoes.includes(name));
  return {
    ...base,
    set: [...base.set, ...set],
    layers: Object.fromEntries(kept),
    ...(dropsAt ? { dropsAt } : {}),
  };
}

/** Every ingredient on top of those before it, and from the second on alone on what they all began from. */
function stairs(base: Base, ingredients: readonly Ingredient[]) {
  let top = base;
  const variants = ingredients.flatMap((ingredient, at): Variant[] => {
    top = add(top, ingredient);
    const step = { name: `+ ${ingredient.name}`, step: { of: ingredient.name }, ...top };
    const alone = {
      name: `${ingredient.name} alone`,
      step: { of: ingredient.name, isAlone: true },
      ...add(base, ingredient),
    } as const;
    return at === 0 ? [step] : [step, alone];
  });
  return { top, variants };
}

const until2012 = stairs(BEFORE, OF_2012);
const untilToday = stairs(until2012.top, OF_TODAY);

const START = 'tanh, average pools';
const ALEXNET = `+ ${OF_2012.at(-1)?.name}`;
const TODAY = `+ ${OF_TODAY.at(-1)?.name}`;

const more = (variant: string, than: string) =>
  ({ measure: 'validationTop1', variant, is: 'more', than }) as const;

const alone = (variants: readonly Variant[]) =>
  variants.filter(({ step }, at) => step?.isAlone || at === 0).map(({ name }) => name);

/** The whole recipe, from a network of before to one of today. */
export const ingredients: Experiment = {
  name: 'ingredients',
  title: 'One ingredient after the other',
  method: `From a network with tanh and average pools, trained on center crops at one learning rate, to AlexNet (“${ALEXNET}”), and on to what the same body does with today’s recipe (“${TODAY}”). Every ingredient stands on those before it; “alone” is the same ingredient on the first network, for today’s on AlexNet. Images that grow in training are not among them: a dense head takes maps of one size.`,
  variants: [
    { name: START, step: { of: START }, ...BEFORE },
    ...until2012.variants,
    ...untilToday.variants,
  ],
  measure: 'validationTop1',
  also: ['tenCropTop1', 'trainTop1', 'gap'],
  plot: 'stairs',
  scale: {
    full: { classes: 100, trainPerClass: 100, validationPerClass: 25, epochs: 40 },
    quick: { epochs: 2 },
  },
  claims: [
    {
      text: 'AlexNet is a recipe, not a single trick: together its ingredients are worth more than any of them alone.',
      source: 'the thesis of this note',
      expects: alone(until2012.variants).map((name) => more(ALEXNET, name)),
      otherwise: 'some ingredients pay only in longer runs on more images, as dropout does',
    },
    {
      text: 'With today’s recipe the same body answers better than with that of 2012.',
      source: 'commonly said; Wightman, Touvron and Jégou 2021 show it of ResNet-50',
      expects: [more(TODAY, ALEXNET)],
      otherwise: 'today’s ingredients slow learning down, and pay in longer runs',
    },
    {
      text: 'That, too, is the recipe: together they are worth more than any of them alone.',
      source: 'the thesis of this note',
      expects: alone(untilToday.variants).map((name) => more(TODAY, name)),
      otherwise: 'label smoothing, CutMix and crops of many sizes pay only in longer runs',
    },
  ],
};
