import { csvLine } from '@alexnet/trainer/node';
import { MEASURES } from './measures.js';
import type { Outcome } from './outcome.js';

/** One line a run: what was measured at its end. Empty where a value was not reached. */
export function runsCsv({ experiment, runs, measures, targetError }: Outcome): string {
  const rows = [...runs].flatMap(([variant, own]) =>
    own.map((run) => [
      experiment.name,
      variant,
      run.seed,
      run.recipe.epochs,
      run.updates,
      ...measures.map((name) => {
        const { value, atLeast } = MEASURES[name].read(run, targetError);
        return atLeast ? '' : Number(value.toPrecision(7));
      }),
      run.diverged === null ? 'no' : 'yes',
    ]),
  );
  const head = ['experiment', 'variant', 'seed', 'epochs', 'updates', ...measures, 'diverged'];
  return [head, ...rows].map(csvLine).join('');
}

/** One line a run and epoch: errors and losses, dropout and augmentation off. */
export function curvesCsv({ runs }: Outcome): string {
  const rows = [...runs].flatMap(([variant, own]) =>
    own.flatMap(({ seed, curve }) =>
      curve.map((point) => [
        variant,
        seed,
        point.epoch,
        ...[point.trainTop1, point.trainLoss, point.validationTop1, point.validationLoss].map(
          (value) => Number(value.toPrecision(6)),
        ),
      ]),
    ),
  );
  const head = [
    'variant',
    'seed',
    'epoch',
    'trainTop1',
    'trainLoss',
    'validationTop1',
    'validationLoss',
  ];
  return [head, ...rows].map(csvLine).join('');
}

/** One line a trial of a learning rate, short or whole: how the first seed did with it. */
export function trialsCsv({ trials, targetError }: Outcome): string {
  const rows = trials.map(({ variant, learningRate, result, isChosen }) => {
    const { value, atLeast } = MEASURES.epochsToTarget.read(result, targetError);
    const { trainTop1 = 0, validationTop1 = 0 } = result.curve.at(-1) ?? {};
    return [
      variant,
      learningRate,
      result.recipe.epochs,
      atLeast ? '' : Number(value.toPrecision(7)),
      Number(trainTop1.toPrecision(6)),
      Number(validationTop1.toPrecision(6)),
      result.diverged === null ? 'no' : 'yes',
      isChosen ? 'yes' : 'no',
    ];
  });
  const head = [
    'variant',
    'learningRate',
    'epochs',
    'epochsToTarget',
    'trainTop1',
    'validationTop1',
    'diverged',
    'chosen',
  ];
  return [head, ...rows].map(csvLine).join('');
}
