import type { LayerChanges } from './change-layers.js';
import type { MeasureName } from './measures.js';
import type { OwnScale, OwnSeeds } from './scale.js';

/** One way to build or train the network, as what differs from the base. */
export interface Variant {
  readonly name: string;
  /** Settings of the recipe, as `alexnet train --set` takes them. */
  readonly set?: readonly string[];
  /** Where its learning rate is divided by ten, in shares of the epochs there are, 0..1. */
  readonly dropsAt?: readonly number[];
  /** Layers taken out or changed, where no setting does it. */
  readonly layers?: LayerChanges;
  /** In a plot of stairs: which row it is in, and whether its ingredient stands there without those before. */
  readonly step?: { readonly of: string; readonly isAlone?: true };
}

/** What others measured of the same change: the difference from one variant to another. */
export interface Elsewhere {
  readonly from: string;
  readonly to: string;
  /** Of validation top-1, -1..1. */
  readonly difference: number;
  readonly source: string;
}

/**
 * `variant` has more (less) of `measure` than another variant, or than a number; a measure that is read
 * run by run has to hold in each run, against a number.
 */
export interface Expectation {
  readonly measure: MeasureName;
  readonly variant: string;
  readonly is: 'more' | 'less';
  readonly than: string | number;
  /** By at least so much, in the measure's own units; negative: may even fall short by so much. Default 0. */
  readonly by?: number;
}

/** Something the paper or common knowledge says, in a form the numbers can refuse. */
export interface Claim {
  readonly text: string;
  readonly source: string;
  /** All of them together are the claim. */
  readonly expects: readonly Expectation[];
  /** What may be behind it where the numbers say the opposite: an opinion, printed as one. */
  readonly otherwise?: string;
}

/** One ingredient with and without, equal in all else. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** What is compared, and how this differs from how the claim's source did it. */
  readonly method: string;
  /** Changed in the base for all variants. */
  readonly set?: readonly string[];
  /** The first is the one that the claims start from. */
  readonly variants: readonly Variant[];
  /** What the plot shows. */
  readonly measure: MeasureName;
  /** Shown beside it. */
  readonly also: readonly MeasureName[];
  /** `curves`: over the epochs, too. `stairs`: a row for each ingredient, added and alone. */
  readonly plot: 'values' | 'curves' | 'stairs';
  readonly claims: readonly Claim[];
  /** Variants whose towers are followed over the epochs (trend.ts). */
  readonly followed?: readonly string[];
  /** Shown beside one's own differences. */
  readonly elsewhere?: readonly Elsewhere[];
  /** Images and passes of its own, where those of the others would not show its claims. */
  readonly scale?: OwnScale;
  readonly seeds?: OwnSeeds;
  /** A run ends after the epoch in which the error on training images has fallen to this, 0..1. */
  readonly until?: number;
  /**
   * Learning rates that every variant is tried with by the first seed, for `epochs` or whole runs; all
   * its runs are made at the one that reached {@link Experiment.until} in the fewest epochs, or without
   * such an end at the one that was best on validation images. Of short trials the best `finalists` are
   * run whole before one is taken: what is fastest in the first epochs need not be in the end.
   */
  readonly learningRates?: {
    readonly tried: readonly number[];
    readonly epochs?: number;
    readonly finalists?: number;
  };
}
