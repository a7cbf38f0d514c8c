import { closest } from 'fastest-levenshtein';

/**
 * The name somebody probably meant: `dropout` is `network.dropout` by its end, `lr` is `learningRate` by its
 * initials, `batch` is `batchSize` and `flip` is `randomFlip` as a part of it, and `epohcs` is `epochs` by
 * edit distance.
 *
 * @param known At least one name, dotted where settings lie in others.
 */
export function nearestName(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase();
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  return (
    known.find((key) => last(key).toLowerCase() === wanted) ??
    known.find((key) => initials(last(key)) === wanted) ??
    known.find((key) => wanted.length > 2 && last(key).toLowerCase().includes(wanted)) ??
    closest(name, [...known])
  );
}

/** `learningRate` gives `lr`. */
function initials(name: string): string {
  return (name.match(/^.|[A-Z]/g) ?? []).join('').toLowerCase();
}
