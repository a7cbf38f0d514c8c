import type { Claim } from './experiment.js';
import { capital, formatDifference, formatSummary } from './format-value.js';
import {
  isOnSide,
  type Judgement,
  MOST_SEEDS,
  type Summaries,
  summaryOf,
  verdictOf,
} from './judge.js';
import { MEASURES } from './measures.js';

/** What became of a claim, in words made from the numbers. */
export function sentence(
  claim: Claim,
  judgements: readonly Judgement[],
  summaries: Summaries,
): string {
  const verdict = verdictOf(judgements);
  const details = judgements.map((judgement) => detail(judgement, summaries)).join('; ');
  const reason =
    verdict === 'not reproduced' && claim.otherwise
      ? ` A possible reason, not tested: ${claim.otherwise}.`
      : '';
  return `${opening(judgements)} ${capital(details)}.${reason}`;
}

function opening(judgements: readonly Judgement[]): string {
  const verdict = verdictOf(judgements);
  const count = judgements.length;
  const held = judgements.filter((judgement) => judgement.verdict === 'reproduced').length;
  const part = count > 1 && held < count ? ` (${held} of ${count} comparisons hold)` : '';
  switch (verdict) {
    case 'reproduced':
      return 'Reproduced here.';
    case 'not reproduced':
      return `Not reproduced here${part}.`;
    case 'undecided':
      return `Undecided here${part}.`;
  }
}

function detail(judgement: Judgement, summaries: Summaries) {
  const { expectation, verdict, difference, spread, seedsToDecide } = judgement;
  const { measure, variant, than, is, by = 0 } = expectation;
  const { label, exact, kind } = MEASURES[measure];
  const own = summaryOf(summaries, variant, measure);
  const value = formatSummary(measure, own);
  if (kind === 'each' && typeof than === 'number') {
    const held = own.readings.filter((reading) => isOnSide(reading, is, than)).length;
    return `${is} than ${than} in ${held} of ${own.readings.length} runs of “${variant}” (${label}: ${value})`;
  }
  const other =
    typeof than === 'number'
      ? `against ${than}`
      : `${formatSummary(measure, summaryOf(summaries, than, measure))} for “${than}”`;
  const direction = difference >= 0 ? 'more' : 'less';
  const size = `${formatDifference(measure, difference)} ${direction}`;
  const asked =
    by === 0
      ? ''
      : `, where ${formatDifference(measure, by)} ${by < 0 ? opposite(is) : is} would do`;
  return `${label} ${value} for “${variant}”, ${other}: ${size}${asked}${exact ? '' : `, ${spreadOf()}`}`;

  function spreadOf(): string {
    const against = typeof than === 'number' ? null : summaryOf(summaries, than, measure);
    if (own.atLeast && against?.atLeast) return 'and both runs ended before the value was reached';
    if (!Number.isFinite(spread)) return 'of which a single seed cannot say what is chance';
    const size = formatDifference(measure, spread);
    if (verdict === 'undecided') {
      const bound = Math.abs(difference - (is === 'more' ? by : -by)) > spread;
      if (bound) return 'but a run ended before the value was reached';
      const within = `within the spread of the seeds (± ${size})`;
      // From a lower bound nothing follows about how many seeds are enough.
      return own.atLeast || against?.atLeast ? within : `${within}; ${wouldDecide()}`;
    }
    if (by !== 0) return `also with the spread of the seeds (± ${size}) counted in`;
    return `beyond the spread of the seeds (± ${size})`;
  }

  function wouldDecide(): string {
    const seeds =
      seedsToDecide === null ? `more than ${MOST_SEEDS.toLocaleString('en-US')}` : seedsToDecide;
    return `at this difference and spread ${seeds} seeds of each would decide`;
  }
}

function opposite(is: 'more' | 'less'): 'more' | 'less' {
  return is === 'more' ? 'less' : 'more';
}
