import { closeSync, openSync, readSync } from 'node:fs';
import { DatasetError } from '../errors.js';
import type { FilePart } from './folder-tree.js';

/** Files kept open at once; a pack of ImageNet has 1,300 shards, a process often 1,024 handles. */
const MAX_OPEN = 64;

/** Reads parts of many files, keeping the ones used last open. */
export interface FileReader {
  /** @param into Gives memory for the bytes; default fresh memory. */
  read(path: string, part: FilePart, into?: (bytes: number) => Uint8Array): Uint8Array;
  close(): void;
}

/**
 * Synchronous on purpose: 25 KB from the page cache take about 10 µs, a tenth of what opening a
 * promise, a thread-pool job and a handle cost, and decoding that follows is synchronous too.
 */
export function createFileReader(): FileReader {
  const handles = new Map<string, number>();
  const handleOf = (path: string) => {
    const handle = handles.get(path) ?? openSync(path, 'r');
    // Deleting and setting moves the path to the end: the first one is the one used least recently.
    handles.delete(path);
    handles.set(path, handle);
    const [oldest] = handles;
    if (handles.size > MAX_OPEN && oldest !== undefined) {
      closeSync(oldest[1]);
      handles.delete(oldest[0]);
    }
    return handle;
  };
  return {
    read: (path, { offset, length }, into) => {
      const bytes = into?.(length).subarray(0, length) ?? new Uint8Array(length);
      const bytesRead = readSync(handleOf(path), bytes, 0, length, offset);
      if (bytesRead === length) return bytes;
      throw new DatasetError('damaged', `${path} became shorter while in use`);
    },
    close: () => {
      for (const handle of handles.values()) closeSync(handle);
      handles.clear();
    },
  };
}
