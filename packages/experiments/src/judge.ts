import type { Claim, Expectation } from './experiment.js';
import { MEASURES, type MeasureName } from './measures.js';
import { studentT95 } from './student.js';
import type { Summary } from './summary.js';

export type Verdict = 'reproduced' | 'not reproduced' | 'undecided';

/** What the numbers say of one comparison. */
export interface Judgement {
  readonly expectation: Expectation;
  readonly verdict: Verdict;
  /** Mean of the variant minus that of what it is compared with. */
  readonly difference: number;
  /** What chance among seeds may make, 95 % of the time, by Student's t; infinite for one seed. */
  readonly spread: number;
}

/** Summaries of an experiment: by variant, then by measure. */
export type Summaries = ReadonlyMap<string, ReadonlyMap<MeasureName, Summary>>;

/**
 * Judges one comparison. Reproduced or not only where the difference is larger than the spread;
 * within it the comparison is undecided. Measures no seed can change have no spread.
 */
export function judge(expectation: Expectation, summaries: Summaries): Judgement {
  const { measure, variant, than, is, by = 0 } = expectation;
  const own = summaryOf(summaries, variant, measure);
  const other = typeof than === 'number' ? constant(than) : summaryOf(summaries, than, measure);
  const { exact } = MEASURES[measure];
  const difference = own.mean - other.mean;
  const spread = exact ? 0 : chance(own, other);
  const gain = (is === 'more' ? difference : -difference) - by;
  // A run that ended too early has a lower bound only: whoever is to be less must have a value.
  const [lesser, greater] = is === 'more' ? [other, own] : [own, other];
  const verdict = (): Verdict => {
    if (gain > spread) return lesser.atLeast ? 'undecided' : 'reproduced';
    if (gain < -spread || exact) return greater.atLeast ? 'undecided' : 'not reproduced';
    return 'undecided';
  };
  return { expectation, verdict: verdict(), difference, spread };
}

/** A claim holds where all its comparisons do, and fails where one fails. */
export function verdictOf(judgements: readonly Judgement[]): Verdict {
  const all = (verdict: Verdict) => judgements.every((judgement) => judgement.verdict === verdict);
  if (all('reproduced')) return 'reproduced';
  const fails = judgements.some(({ verdict }) => verdict === 'not reproduced');
  return fails ? 'not reproduced' : 'undecided';
}

export function judgeClaim(claim: Claim, summaries: Summaries): readonly Judgement[] {
  return claim.expects.map((expectation) => judge(expectation, summaries));
}

export function summaryOf(summaries: Summaries, variant: string, measure: MeasureName): Summary {
  const found = summaries.get(variant)?.get(measure);
  if (!found) throw new Error(`${measure} of ${variant} was not measured`);
  return found;
}

/** Half the 95 % interval of the difference of two means; a constant has no error. */
function chance(own: Summary, other: Summary): number {
  const of = ({ sd, readings }: Summary) => (sd === null ? null : sd ** 2 / readings.length);
  const [first, second] = [of(own), of(other)];
  // A single seed does not show how much seeds differ.
  if (first === null || second === null) return Number.POSITIVE_INFINITY;
  const freedom = own.readings.length - 1 + (other.readings.length - 1);
  return studentT95(freedom) * Math.sqrt(first + second);
}

function constant(value: number): Summary {
  return { readings: [{ value }], mean: value, sd: 0, atLeast: false };
}
