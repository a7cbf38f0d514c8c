import type { Recipe } from '@alexnet/trainer';
import type { Experiment } from './experiment.js';
import type { ImageCounts } from './load-images.js';
import type { Outcome } from './outcome.js';
import type { Scale } from './scale.js';

/** Everything an ablation found, ready to be written down. */
export interface Study {
  readonly scale: Scale;
  /** Of every experiment, unless it has its own. */
  readonly images: ImageCounts;
  /** Of every variant, unless its experiment asks for more. */
  readonly seeds: number;
  /** What all runs have that their experiment does not change. */
  readonly base: Recipe;
  /** Settings given with `--set`. */
  readonly set: readonly string[];
  /** As it was typed. */
  readonly command: string;
  readonly outcomes: readonly Outcome[];
  /** Experiments that no seed was run of with all variants. */
  readonly pending: readonly Experiment[];
}
