/** How likely two networks hold one class, 0 to 1; null where a network does not know the class. */
export interface Difference {
  readonly className: string;
  /** Counted from 0 where several classes have the name, as ImageNet's two cranes have. */
  readonly nth: number;
  readonly first: number | null;
  readonly second: number | null;
}

/** Probabilities by index, and the names of their classes. */
export interface NamedAnswer {
  readonly probabilities: Float32Array;
  readonly classNames: readonly string[];
}

/** Classes either network holds likely, side by side, those they differ about most first. */
export function differences(first: NamedAnswer, second: NamedAnswer, count: number): Difference[] {
  const all = new Map<string, { -readonly [Key in keyof Difference]: Difference[Key] }>();
  const both = { first, second };
  for (const side of ['first', 'second'] as const) {
    const seen = new Map<string, number>();
    for (const [index, className] of both[side].classNames.entries()) {
      const nth = seen.get(className) ?? 0;
      seen.set(className, nth + 1);
      const key = `${nth} ${className}`;
      const entry = all.get(key) ?? { className, nth, first: null, second: null };
      entry[side] = both[side].probabilities[index] ?? 0;
      all.set(key, entry);
    }
  }
  const size = (entry: Difference) => Math.abs((entry.first ?? 0) - (entry.second ?? 0));
  return [...all.values()].sort((a, b) => size(b) - size(a)).slice(0, count);
}

/**
 * How much of one answer has to be moved to make it the other, 0 to 1: half the sum of all
 * differences (total variation distance). Null when the two do not know the same classes.
 */
export function distance(first: NamedAnswer, second: NamedAnswer): number | null {
  if (first.classNames.join('\n') !== second.classNames.join('\n')) return null;
  let sum = 0;
  for (const [index, value] of first.probabilities.entries()) {
    sum += Math.abs(value - (second.probabilities[index] ?? 0));
  }
  return sum / 2;
}
