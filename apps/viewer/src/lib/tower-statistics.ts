/** One score per filter, the first half in tower A, the second in tower B. */
export interface TowerComparison {
  readonly meanA: number;
  readonly meanB: number;
  /** Chance that a filter of B scores above one of A, ties counted half (Mann–Whitney). 0.5 = no difference. */
  readonly auc: number;
  /** Share of random splits whose means differ at least as much: a permutation test over tower labels. */
  readonly pValue: number;
  /** What random splits give for |AUC − 0.5|: the mean, to print beside the real one. */
  readonly randomGap: number;
  readonly splits: number;
}

/** Compares the two towers by one score. `seed` makes the random splits repeatable. */
export function compareTowers(scores: readonly number[], splits = 5000, seed = 1): TowerComparison {
  const half = scores.length / 2;
  if (!Number.isInteger(half) || half < 2)
    throw new Error('Two towers need an even number of filters.');
  const meanA = mean(scores.slice(0, half));
  const meanB = mean(scores.slice(half));
  const ranks = averageRanks(scores);
  const auc = aucOf(ranks.slice(half), half);
  const next = generator(seed);
  const order = scores.map((_, index) => index);
  let atLeast = 0;
  let gaps = 0;
  for (let split = 0; split < splits; split++) {
    shuffle(order, next);
    let sum = 0;
    let rankSum = 0;
    for (const index of order.slice(half)) {
      sum += scores[index] ?? 0;
      rankSum += ranks[index] ?? 0;
    }
    const total = (meanA + meanB) * half;
    const difference = Math.abs(sum / half - (total - sum) / half);
    if (difference >= Math.abs(meanB - meanA) - 1e-12) atLeast++;
    gaps += Math.abs((rankSum - (half * (half + 1)) / 2) / (half * half) - 0.5);
  }
  // +1: the split the network has is one of the possible ones.
  return {
    meanA,
    meanB,
    auc,
    pValue: (atLeast + 1) / (splits + 1),
    randomGap: gaps / splits,
    splits,
  };
}

function aucOf(ranksB: readonly number[], half: number): number {
  const sum = ranksB.reduce((total, rank) => total + rank, 0);
  return (sum - (half * (half + 1)) / 2) / (half * half);
}

function averageRanks(scores: readonly number[]): number[] {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const ranks = new Array<number>(scores.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end++;
    for (let i = start; i < end; i++) ranks[order[i] ?? 0] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shuffle(order: number[], next: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
