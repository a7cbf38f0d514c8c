import { bytesSource, FormatError, type ModelSource } from '../src/index.js';

/** A file in memory with the files that lie beside it. */
export function withParts(
  name: string,
  bytes: Uint8Array,
  parts: ReadonlyMap<string, Uint8Array>,
): ModelSource {
  return {
    name,
    bytes: bytesSource(bytes),
    async beside(part) {
      const found = parts.get(part);
      if (!found) throw new FormatError('missing-file', `there is no ${part}`);
      return bytesSource(found);
    },
  };
}
