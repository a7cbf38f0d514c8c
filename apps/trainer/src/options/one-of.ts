import { closest } from 'fastest-levenshtein';
import { CommandError } from '../failure.js';

/** One of the words there are. @throws CommandError `usage` naming the nearest */
export function oneOf<T extends string>(what: string, given: string, words: readonly T[]): T {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new CommandError(
    'usage',
    `there is no ${what} ${given}; did you mean ${closest(given, words)}? (${words.join(', ')})`,
  );
}
