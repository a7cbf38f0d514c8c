import { FormatError } from '../format-error.js';
import { latin1 } from '../text.js';
import { PickleTuple, type PickleValue } from './values.js';

/** Text of a pickle, `str` of Python 3 or 2. */
export function asText(value: PickleValue | undefined, what: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array && value.length <= 10_000) return latin1(value);
  throw new FormatError('bad-header', `pickle: ${what} is no text`);
}

/** A whole number of 0 or more. @throws FormatError for any other value */
export function asCount(value: PickleValue | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new FormatError('bad-header', `pickle: ${what} is no whole number`);
}

/** The items of a tuple or list. @throws FormatError for any other value */
export function asItems(value: PickleValue | undefined, what: string): readonly PickleValue[] {
  if (value instanceof PickleTuple) return value.items;
  if (Array.isArray(value)) return value;
  throw new FormatError('bad-header', `pickle: ${what} is no tuple`);
}

/** A tuple or list of whole numbers of 0 or more. @throws FormatError for any other value */
export function asCounts(value: PickleValue | undefined, what: string): number[] {
  return asItems(value, what).map((item) => asCount(item, what));
}
