import type { FileHandle } from 'node:fs/promises';

/** Headers are read through a window: smaller contents stream by, larger ones are jumped over. */
const WINDOW = 64 * 1024;
/** Read after a jump: a header, and the name record or small file that may follow it. */
const AFTER_JUMP = 2 * 1024;

/** Reads short parts of a file, mostly in order, with few system calls. A part past the end is short. */
export function createFileWindow(
  handle: FileHandle,
): (at: number, length: number) => Promise<Uint8Array> {
  let window: Uint8Array = new Uint8Array(0);
  let start = 0;
  return async (at, length) => {
    if (at < start || at + length > start + window.length) {
      const jumped = at > start + window.length + WINDOW;
      const buffer = new Uint8Array(Math.max(jumped ? AFTER_JUMP : WINDOW, length));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      window = buffer.subarray(0, bytesRead);
      start = at;
    }
    return window.subarray(at - start, at - start + length);
  };
}
