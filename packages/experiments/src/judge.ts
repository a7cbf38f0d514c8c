import type { Claim, Expectation } from './experiment.js';
import { MEASURES, type MeasureName, type Reading } from './measures.js';
import { studentT95 } from './student.js';
import type { Summary } from './summary.js';

export type Verdict = 'reproduced' | 'not reproduced' | 'undecided';

/** What the numbers say of one comparison. */
export interface Judgement {
  readonly expectation: Expectation;
  readonly verdict: Verdict;
  /** Mean of the variant minus that of what it is compared with. */
  readonly difference: number;
  /** What chance among seeds may make, 95 % of the time, by Welch's t; infinite for one seed. */
  readonly spread: number;
  /**
   * Where undecided: seeds of each variant at which the difference seen, with the spread seen, would be
   * larger than chance; null where decided, where more than {@link MOST_SEEDS} would be needed, and
   * where seeds do not help.
   */
  readonly seedsToDecide: number | null;
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
  const { exact, kind } = MEASURES[measure];
  if (kind === 'each') return judgeEach(expectation, own, other.mean);
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
  const isOpen = Math.abs(gain) <= spread && Number.isFinite(spread);
  return {
    expectation,
    verdict: verdict(),
    difference,
    spread,
    seedsToDecide: isOpen ? seedsToDecide(Math.abs(gain), own, other) : null,
  };
}

/** Whether a reading is on the side of a number that is expected. */
export function isOnSide({ value }: Reading, is: 'more' | 'less', than: number): boolean {
  return is === 'more' ? value > than : value < than;
}

/** A measure that is read run by run has to hold in each, and one that does not is enough to refuse it. */
function judgeEach(expectation: Expectation, own: Summary, than: number): Judgement {
  const holds = own.readings.every((reading) => isOnSide(reading, expectation.is, than));
  return {
    expectation,
    verdict: holds ? 'reproduced' : 'not reproduced',
    difference: own.mean - than,
    spread: 0,
    seedsToDecide: null,
  };
}

/** More than anybody will run. */
export const MOST_SEEDS = 1000;

/** The fewest seeds of each at which chance makes less than `gain`, 95 % of the time. */
function seedsToDecide(gain: number, own: Summary, other: Summary): number | null {
  for (let seeds = own.readings.length + 1; seeds <= MOST_SEEDS; seeds++) {
    if (chanceOf(withSeeds(own, seeds), withSeeds(other, seeds)) < gain) return seeds;
  }
  return null;
}

/** What chance needs to know of a summary; a constant stays one reading. */
const withSeeds = ({ sd, readings }: Summary, seeds: number) => ({
  sd,
  count: readings.length === 1 ? 1 : seeds,
});

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

/** Half the 95 % interval of the difference of two means by Welch 1947; a constant has no error. */
function chance(own: Summary, other: Summary): number {
  return chanceOf(
    { sd: own.sd, count: own.readings.length },
    { sd: other.sd, count: other.readings.length },
  );
}

interface Spread {
  readonly sd: number | null;
  readonly count: number;
}

function chanceOf(own: Spread, other: Spread): number {
  // A single seed does not show how much seeds differ.
  if (own.sd === null || other.sd === null) return Number.POSITIVE_INFINITY;
  const [a, b] = [own.sd ** 2 / own.count, other.sd ** 2 / other.count];
  if (a + b === 0) return 0;
  // Where one spread is much the larger, its seeds alone say how well the difference is known.
  const share = (part: number, count: number) => (part === 0 ? 0 : part ** 2 / (count - 1));
  const freedom = (a + b) ** 2 / (share(a, own.count) + share(b, other.count));
  return studentT95(freedom) * Math.sqrt(a + b);
}

function constant(value: number): Summary {
  return { readings: [{ value }], mean: value, sd: 0, atLeast: false };
}
