/**
 * Two-sided 95 % points of Student's t for 1, 2, 3 … 30 degrees of freedom; standard table, e.g. NIST
 * e-Handbook of Statistical Methods, 1.3.6.7.2.
 */
const TWO_SIDED_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
] as const;

/**
 * Standard errors either way that hold 95 % of chance; infinite without a degree of freedom. Between whole
 * degrees on the safe side by 3 % at most: their logarithms over one by the degrees lie near a line.
 */
export function studentT95(freedom: number): number {
  // Sums in floating point may miss a whole degree.
  const below = Math.floor(freedom + 1e-9);
  const [low, high] = [pointAt(below), pointAt(below + 1)];
  if (below < 1 || low === high) return low;
  const share = Math.max(0, 1 / below - 1 / freedom) * below * (below + 1);
  return low ** (1 - share) * high ** share;
}

function pointAt(freedom: number): number {
  if (freedom < 1) return Number.POSITIVE_INFINITY;
  // The limit for many is 1.96; the last of the table is on the safe side.
  return TWO_SIDED_95[Math.min(freedom, TWO_SIDED_95.length) - 1] ?? Number.POSITIVE_INFINITY;
}
