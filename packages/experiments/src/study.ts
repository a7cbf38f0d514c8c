import type { Recipe } from '@alexnet/trainer';
import type { Environment } from './environment.js';
import type { Outcome } from './outcome.js';
import type { Scale } from './scale.js';

/** Everything an ablation found, ready to be written down. */
export interface Study {
  readonly scale: Scale;
  readonly images: {
    readonly name: string;
    readonly train: number;
    readonly validation: number;
    readonly classes: number;
  };
  /** Of every variant, unless its experiment asks for more. */
  readonly seeds: number;
  /** What all runs have that their experiment does not change. */
  readonly base: Recipe;
  /** Settings given with `--set`. */
  readonly set: readonly string[];
  readonly environment: Environment;
  readonly outcomes: readonly Outcome[];
}
