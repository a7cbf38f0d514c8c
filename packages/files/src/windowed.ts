import type { ByteSource } from './byte-source.js';

/** Headers are read through a window: smaller contents stream by, larger ones are jumped over. */
const WINDOW = 64 * 1024;
/** Read after a jump: a header, and the name record or small file that may follow it. */
const AFTER_JUMP = 2 * 1024;

/** The same bytes for a reader of many short parts, mostly in order: few reads, each a window. */
export function windowed(source: ByteSource): ByteSource {
  let window: Uint8Array = new Uint8Array(0);
  let start = 0;
  return {
    size: source.size,
    async read(offset, length) {
      if (offset < start || offset + length > start + window.length) {
        const ahead = offset > start + window.length + WINDOW ? AFTER_JUMP : WINDOW;
        const left = Math.max(0, source.size - offset);
        window = await source.read(offset, Math.max(length, Math.min(ahead, left)));
        start = offset;
      }
      return window.subarray(offset - start, offset - start + length);
    },
  };
}
