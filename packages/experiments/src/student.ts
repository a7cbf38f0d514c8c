/**
 * Two-sided 95 % points of Student's t for 1, 2, 3 … 30 degrees of freedom; standard table, e.g. NIST
 * e-Handbook of Statistical Methods, 1.3.6.7.2.
 */
const TWO_SIDED_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
] as const;

/** Standard errors either way that hold 95 % of chance; infinite without a degree of freedom, those in part are not counted. */
export function studentT95(freedom: number): number {
  // Two seeds have one degree of freedom, which sums in floating point may miss.
  const whole = Math.floor(freedom + 1e-9);
  if (whole < 1) return Number.POSITIVE_INFINITY;
  // The limit for many is 1.96; the last of the table is on the safe side.
  return TWO_SIDED_95[Math.min(whole, TWO_SIDED_95.length) - 1] ?? Number.POSITIVE_INFINITY;
}
