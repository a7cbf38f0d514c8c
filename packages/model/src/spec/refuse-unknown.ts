import { ModelError, type ModelErrorCode } from '../model-error.js';

/** Keys an object may have, each once. */
export type Keys<T> = Readonly<Record<keyof T, true>>;

/** Throws for a key that nothing reads: what it asks for would be missing without a word. */
export function refuseUnknown(
  value: object,
  place: string,
  known: Readonly<Record<string, true>>,
  code: ModelErrorCode,
): void {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new ModelError(
    code,
    `${place}: there is no "${unknown}"; there are ${Object.keys(known).join(', ')}.`,
  );
}
