import { closest } from 'fastest-levenshtein';
import type { Experiment } from './experiment.js';
import { ExperimentError } from './experiment-error.js';
import { EXPERIMENTS } from './experiments/index.js';

/** @throws ExperimentError naming the nearest experiment */
export function findExperiment(name: string): Experiment {
  const names = EXPERIMENTS.map((experiment) => experiment.name);
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (!found) {
    throw new ExperimentError(
      'usage',
      `there is no experiment ${name}; did you mean ${closest(name, names)}? There are ${names.join(', ')}`,
    );
  }
  return found;
}
