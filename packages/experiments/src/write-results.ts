import { mkdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { writeAtomically } from '@alexnet/files/node';
import { environmentOfAll } from './environment.js';
import { notePage } from './note-page.js';
import { allRuns, type Outcome } from './outcome.js';
import { overruled, recipeOf } from './plan-runs.js';
import type { Study } from './study.js';
import { curvesCsv, runsCsv, trialsCsv } from './to-csv.js';

/** Plot and its DOM are half of what a command would load at its start, and only drawn figures need them. */
const drawing = () => import('./draw-figure.js');

/** Writes CSV, curves, plot and summary of every experiment into a folder. */
export async function writeResults(study: Study, folder: string): Promise<void> {
  const { drawFigure } = await drawing();
  await mkdir(folder, { recursive: true });
  for (const outcome of study.outcomes) {
    const { name } = outcome.experiment;
    await writeAtomically(join(folder, `${name}.csv`), runsCsv(outcome));
    await writeAtomically(join(folder, `${name}-curves.csv`), curvesCsv(outcome));
    if (outcome.trials.length > 0) {
      await writeAtomically(join(folder, `${name}-learning-rates.csv`), trialsCsv(outcome));
    }
    await writeAtomically(join(folder, `${name}.svg`), drawFigure(outcome));
    const summary = JSON.stringify(outcomeJson(study, outcome), null, 2);
    await writeAtomically(join(folder, `${name}.json`), `${summary}\n`);
  }
}

/** Writes the page, and its plots into a folder of its name beside it. */
export async function writePage(study: Study, path: string): Promise<void> {
  const { drawFigure } = await drawing();
  const figures = basename(path, extname(path));
  const folder = join(dirname(path), figures);
  await mkdir(folder, { recursive: true });
  for (const outcome of study.outcomes) {
    await writeAtomically(join(folder, `${outcome.experiment.name}.svg`), drawFigure(outcome));
  }
  await writeAtomically(path, notePage(study, figures));
}

/** An experiment's results as plain data, for `--json` and for the file beside its CSV. */
export function outcomeJson(study: Study, outcome: Outcome) {
  const { experiment, runs, summaries, claims, measures, targetError, trials, images } = outcome;
  return {
    experiment: experiment.name,
    title: experiment.title,
    scale: study.scale.name,
    images: images ?? study.images,
    epochs: recipeOf(experiment, study.scale, study.set).epochs,
    set: study.set.filter((one) => !overruled(experiment, study.set).includes(one)),
    environment: { command: study.command, ...environmentOfAll(allRuns(outcome)) },
    ...(measures.includes('epochsToTarget') ? { targetError } : {}),
    variants: experiment.variants.map(({ name }) => ({
      name,
      seeds: (runs.get(name) ?? []).map(({ seed }) => seed),
      measures: Object.fromEntries(
        [...(summaries.get(name) ?? [])].map(([measure, { mean, sd, atLeast }]) => [
          measure,
          { mean, sd, atLeast },
        ]),
      ),
    })),
    ...(trials.length > 0
      ? {
          learningRates: trials.map(({ variant, learningRate, isChosen }) => ({
            variant,
            learningRate,
            isChosen,
          })),
        }
      : {}),
    claims: claims.map(({ claim, verdict, sentence }) => ({
      text: claim.text,
      source: claim.source,
      verdict,
      sentence,
    })),
  };
}
