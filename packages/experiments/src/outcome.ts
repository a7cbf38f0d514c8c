import type { Trial } from './choose-rates.js';
import type { Claim, Experiment } from './experiment.js';
import { judgeClaim, type Summaries, type Verdict, verdictOf } from './judge.js';
import type { ImageCounts } from './load-images.js';
import { MEASURES, type MeasureName, targetError } from './measures.js';
import type { RunResult } from './run-result.js';
import { sentence } from './sentence.js';
import { summarize } from './summary.js';

/** What became of a claim. */
export interface ClaimOutcome {
  readonly claim: Claim;
  readonly verdict: Verdict;
  readonly sentence: string;
}

/** An experiment with its runs, their measures and what they say. */
export interface Outcome {
  readonly experiment: Experiment;
  /** By variant, in the experiment's order; one run a seed. */
  readonly runs: ReadonlyMap<string, readonly RunResult[]>;
  /** Runs of each variant when all are made. */
  readonly seedsAsked: number;
  readonly summaries: Summaries;
  readonly measures: readonly MeasureName[];
  /** The training error that epochs are counted to, 0..1. */
  readonly targetError: number;
  readonly claims: readonly ClaimOutcome[];
  /** Learning rates that were tried, where each variant has its own. */
  readonly trials: readonly Trial[];
  /** What it was trained on, where that is not what all are. */
  readonly images: ImageCounts | null;
}

/** Every run behind an outcome, trials of learning rates too. */
export function allRuns({ runs, trials }: Outcome): readonly RunResult[] {
  return [...[...runs.values()].flat(), ...trials.map(({ result }) => result)];
}

export function outcomeOf(
  experiment: Experiment,
  runs: ReadonlyMap<string, readonly RunResult[]>,
  {
    images = null,
    trials = [],
    seedsAsked,
  }: {
    readonly images?: ImageCounts | null;
    readonly trials?: readonly Trial[];
    /** Default: as many as there are. */
    readonly seedsAsked?: number;
  } = {},
): Outcome {
  const base = runs.get(experiment.variants[0]?.name ?? '') ?? [];
  const target = targetError([...runs.values()].flat(), base);
  const measures = [experiment.measure, ...experiment.also];
  const summaries = new Map(
    [...runs].map(([variant, own]) => [
      variant,
      new Map(
        measures.map((name) => [
          name,
          summarize(own.map((run) => MEASURES[name].read(run, target))),
        ]),
      ),
    ]),
  );
  const claims = experiment.claims.map((claim) => {
    const judgements = judgeClaim(claim, summaries);
    return {
      claim,
      verdict: verdictOf(judgements),
      sentence: sentence(claim, judgements, summaries),
    };
  });
  return {
    experiment,
    runs,
    seedsAsked: seedsAsked ?? base.length,
    summaries,
    measures,
    targetError: target,
    claims,
    trials,
    images: experiment.scale ? images : null,
  };
}
