/** The number of half precision that is nearest to a number, of two as near the even one. */
export function toHalf(value) {
  const size = Math.abs(value);
  if (size >= 65_520) return value * Number.POSITIVE_INFINITY;
  if (size === 0 || Number.isNaN(value)) return value;
  // Ten bits of mantissa; below 2^-14 the same unit for all.
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const units = size / unit;
  const below = Math.floor(units);
  const isUp = units - below > 0.5 || (units - below === 0.5 && below % 2 === 1);
  return Math.sign(value) * (below + (isUp ? 1 : 0)) * unit;
}
