const whole = new Intl.NumberFormat('en');

/** 62378344 → "62,378,344". */
export function count(value: number): string {
  return whole.format(value);
}

/** 1135256096 → "1,135.3 M". */
export function millions(value: number): string {
  return value >= 1e5
    ? `${new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value / 1e6)} M`
    : count(value);
}

/** 0.0712 → "7.1 %", which no line breaks. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}\u00a0%`;
}

/** 244000000 → "244 MB". */
export function megabytes(bytes: number): string {
  return bytes < 1e6
    ? `${Math.max(1, Math.round(bytes / 1e3))} kB`
    : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Three significant digits, never in the way: 0.000123 → "1.23e-4". */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
