/** How much is trained and measured. Counted in images and passes, never in time, so that results repeat. */
export interface Scale {
  readonly name: 'full' | 'quick';
  /** Classes taken, evenly spread over those there are. */
  readonly classes: number;
  /** Training images of a class, evenly spread, and validation images. */
  readonly trainPerClass: number;
  readonly validationPerClass: number;
  readonly epochs: number;
  /** Runs of every variant, unless the experiment says otherwise. */
  readonly seeds: number;
}

/** Images and passes of an experiment's own, at each scale. */
export type OwnScale = Readonly<
  Partial<Record<Scale['name'], Partial<Omit<Scale, 'name' | 'seeds'>>>>
>;

/** Runs of every variant of an experiment whose effect the usual number would not show. */
export type OwnSeeds = Readonly<Partial<Record<Scale['name'], number>>>;

/** The scale of one experiment. */
export function scaleOf(
  { scale: own, seeds }: { readonly scale?: OwnScale; readonly seeds?: OwnSeeds },
  scale: Scale,
): Scale {
  return { ...scale, ...own?.[scale.name], seeds: seeds?.[scale.name] ?? scale.seeds };
}

/** 48,000 images a run: few images seen often. */
export const FULL: Scale = {
  name: 'full',
  classes: 20,
  trainPerClass: 150,
  validationPerClass: 50,
  epochs: 16,
  seeds: 3,
};

/** 2,400 images a run: less than ten minutes of two cores for all experiments. */
export const QUICK: Scale = {
  name: 'quick',
  classes: 10,
  trainPerClass: 60,
  validationPerClass: 30,
  epochs: 4,
  seeds: 2,
};
