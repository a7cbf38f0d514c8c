import { closest } from 'fastest-levenshtein';
import { UsageError } from '../failure.js';
import type { Experiment } from './experiment.js';
import { EXPERIMENTS } from './experiments/index.js';

/** @throws UsageError naming the nearest experiment */
export function findExperiment(name: string): Experiment {
  const names = EXPERIMENTS.map((experiment) => experiment.name);
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (!found) {
    throw new UsageError(
      `there is no experiment ${name}; did you mean ${closest(name, names)}? There are ${names.join(', ')}`,
    );
  }
  return found;
}
