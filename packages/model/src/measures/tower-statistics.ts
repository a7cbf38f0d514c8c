import { ModelError } from '../model-error.js';
import { streamKey, word } from '../network/random-stream.js';

/** Whether two towers differ in some score of their units, and how much chance would make them differ. */
export interface TowerComparison {
  readonly means: readonly [first: number, second: number];
  /** Second mean minus first; towers have no names, so the sign only says which half of the filters is higher. */
  readonly difference: number;
  /** P(a unit of the second tower scores above one of the first), ties counting half; ½ is no difference. */
  readonly auc: number;
  /**
   * Two-sided permutation p: how often a random split of the same units into two halves makes means
   * differ at least as much, the observed split counted as one of them.
   */
  readonly p: number;
  /** The same statistics over those random splits: what to print beside the observed ones. */
  readonly randomSplits: {
    readonly count: number;
    /** Mean of |difference|. */
    readonly difference: number;
    /** Middle 95 % of AUC. */
    readonly auc: readonly [low: number, high: number];
  };
}

/** Options of {@link compareTowers}. */
export interface TowerComparisonOptions {
  /** Random splits to try; 100,000 when left out. */
  readonly permutations?: number;
  /** Whole number behind the splits; 0 when left out. */
  readonly seed?: number;
}

/**
 * Compares a score between the two halves of a layer's units, as the two towers of 2012 hold them:
 * units 0…n/2-1 are the first tower, the rest the second.
 *
 * @param scores One finite number per unit, an even number of them, for example the `chroma` of 96 filters.
 * @throws {ModelError} When units are odd in number, fewer than four, or a score is not finite.
 */
export function compareTowers(
  scores: ArrayLike<number>,
  options: TowerComparisonOptions = {},
): TowerComparison {
  const { permutations = 100_000, seed = 0 } = options;
  const values = Array.from(scores);
  const half = values.length / 2;
  if (!Number.isInteger(half) || half < 2 || !values.every(Number.isFinite)) {
    throw new ModelError(
      'bad-argument',
      `Towers are compared on an even number of finite scores, at least four; got ${values.length}.`,
    );
  }
  const ranks = midRanks(values);
  const observed = compare(values, ranks, identityOrder(values.length), half);
  const order = identityOrder(values.length);
  const draw = drawer(seed);
  const aucs = new Float64Array(permutations);
  let [extreme, total] = [1, 0];
  for (let i = 0; i < permutations; i++) {
    shuffleFirst(order, half, draw);
    const { difference, auc } = compare(values, ranks, order, half);
    // The observed split comes up again in other order of summation: leave room for rounding.
    if (Math.abs(difference) >= Math.abs(observed.difference) * (1 - 1e-12)) extreme++;
    total += Math.abs(difference);
    aucs[i] = auc;
  }
  aucs.sort();
  const quantile = (share: number) => aucs[Math.round(share * (permutations - 1))] ?? Number.NaN;
  return {
    ...observed,
    p: extreme / (permutations + 1),
    randomSplits: {
      count: permutations,
      difference: total / permutations,
      auc: [quantile(0.025), quantile(0.975)],
    },
  };
}

function compare(
  values: readonly number[],
  ranks: readonly number[],
  order: readonly number[],
  half: number,
) {
  let [first, second, rankSum] = [0, 0, 0];
  order.forEach((unit, position) => {
    const value = values[unit] ?? 0;
    if (position < half) first += value;
    else {
      second += value;
      rankSum += ranks[unit] ?? 0;
    }
  });
  const means = [first / half, second / half] as const;
  return {
    means,
    difference: means[1] - means[0],
    // Mann–Whitney: U of the second half over all pairs.
    auc: (rankSum - (half * (half + 1)) / 2) / (half * half),
  };
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function midRanks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => {
    const first = sorted.indexOf(value);
    return (first + sorted.lastIndexOf(value)) / 2 + 1;
  });
}

/**
 * Chance that `observed` or more of `marked` units fall into one tower of `drawn` units out of
 * `total`, were they dealt at random: the hypergeometric upper tail, for "k of the K color units sit
 * in one tower".
 */
export function hypergeometricTail(
  total: number,
  marked: number,
  drawn: number,
  observed: number,
): number {
  const counts = [total, marked, drawn, observed];
  if (!counts.every((n) => Number.isInteger(n) && n >= 0) || marked > total || drawn > total) {
    throw new ModelError(
      'bad-argument',
      `Counts must be whole and within the total, not ${counts.join(', ')}.`,
    );
  }
  let tail = 0;
  for (let k = observed; k <= Math.min(marked, drawn); k++) {
    if (drawn - k > total - marked) continue;
    tail += Math.exp(
      logChoose(marked, k) + logChoose(total - marked, drawn - k) - logChoose(total, drawn),
    );
  }
  return Math.min(1, tail);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

function identityOrder(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function drawer(seed: number): (below: number) => number {
  const key = streamKey(seed, 'towers');
  let index = 0;
  return (below) => Math.floor((word(key, index++) / 2 ** 32) * below);
}

/** Fisher–Yates, only as far as the first half: which units it holds is all that matters. */
function shuffleFirst(order: number[], count: number, draw: (below: number) => number): void {
  for (let i = 0; i < count; i++) {
    const j = i + draw(order.length - i);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
}
