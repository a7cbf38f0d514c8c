/** `Uint8Array`, `ArrayBuffer`, `String` …: what a value is, whichever realm made it. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/**
 * Refuses what is not bytes in memory.
 *
 * @throws {TypeError} saying what was given and how it becomes bytes
 */
export function requireBytes(value: unknown): asserts value is Uint8Array {
  const kind = kindOf(value);
  if (kind === 'Uint8Array') return;
  const advice =
    kind === 'String'
      ? ': of a path or an address, read or fetch the file first'
      : kind === 'ArrayBuffer'
        ? ': wrap it, new Uint8Array(buffer)'
        : '';
  throw new TypeError(`bytes are a Uint8Array, not ${kind}${advice}`);
}
