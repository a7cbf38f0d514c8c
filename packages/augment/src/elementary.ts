/**
 * Logarithm and exponential from correctly rounded operations only (+, −, ×, ÷), so that random draws
 * are the same bits in every JavaScript engine; `Math.log`, `Math.exp` and `Math.pow` are not.
 */

/** ln x for x > 0: x = m·2^k with m in [√½, √2), then 2·artanh((m−1)/(m+1)) as a series. */
export function naturalLog(x: number): number {
  let m = x;
  let k = 0;
  while (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  while (m >= Math.SQRT2) {
    m /= 2;
    k++;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum = 0;
  // |s| < 0.172, so s^22 is below 2e-17.
  for (let n = 21; n >= 1; n -= 2) sum = sum * s2 + 1 / n;
  return 2 * s * sum + k * Math.LN2;
}

/** eˣ: x = k·ln 2 + r with |r| ≤ ½ ln 2, Taylor's series of r, then k doublings or halvings. */
export function exponential(x: number): number {
  const k = Math.round(x / Math.LN2);
  const r = x - k * Math.LN2;
  let sum = 1;
  // r^15 / 15! is below 1e-19.
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n;
  return k < 0 ? sum / 2 ** -k : sum * 2 ** k;
}
