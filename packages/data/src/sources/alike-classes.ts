import { type Notes, someOf } from './notes.js';

/** Says which classes are probably one, written in two ways: `Cat` and `cat`, `0` and `0.0`, `red fox` and `red_fox`. */
export function sayAlike(classIds: readonly string[], notes: Notes): void {
  const groups = new Map<string, string[]>();
  for (const id of classIds) {
    const key = plainOf(id);
    groups.set(key, [...(groups.get(key) ?? []), JSON.stringify(id)]);
  }
  const alike = [...groups.values()].filter(({ length }) => length > 1);
  if (alike.length === 0) return;
  const pairs = someOf(alike.map((ids) => ids.join(' and ')));
  notes.say('labels', alike.length, `classes whose names are almost the same: ${pairs}`);
}

/** Without capitals, marks and the form of a number. */
function plainOf(id: string): string {
  const number = Number(id);
  if (id.trim() !== '' && Number.isFinite(number)) return String(number);
  const words = id
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s"'`_-]+/g, ' ')
    .trim();
  return words === '' ? id : words;
}
