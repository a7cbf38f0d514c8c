import { capital } from './format-value.js';
import { MEASURES } from './measures.js';
import type { Outcome } from './outcome.js';

/** What the marks of an experiment's plot are. */
export function figureCaption({ experiment, targetError }: Outcome): string {
  if (experiment.plot === 'values') {
    return `${capital(MEASURES[experiment.measure].label)}: a point a seed, the mean as a stroke, a line of one standard deviation either way.`;
  }
  if (experiment.plot === 'stairs') {
    return `${capital(MEASURES[experiment.measure].label)}, a row for each ingredient with all those above it: a point a seed, the mean as a stroke, a line of one standard deviation either way. Rings: the mean of the same ingredient alone.`;
  }
  const target =
    experiment.measure === 'epochsToTarget'
      ? ` The level line is the error that epochs are counted to, ${100 * targetError} %.`
      : '';
  return `Top-1 error over epochs, means over the seeds (thin: each seed), one center crop, dropout off: validation in blue, training images in gray.${target}`;
}
