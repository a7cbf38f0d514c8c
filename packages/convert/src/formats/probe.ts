import type { ByteSource } from '@alexnet/files';
import { latin1 } from '@alexnet/files';
import { readZip } from '@alexnet/files/zip';
import { FormatError } from '../format-error.js';

/** What tells a file's format: half a kilobyte, the end, and the names in an archive. */
export interface Probe {
  /** Bytes in the file. */
  readonly size: number;
  /** The first 512 bytes, fewer where the file is shorter. */
  readonly head: Uint8Array;
  /** The same, a character a byte. */
  readonly text: string;
  /** The last bytes as text; empty where the file is shorter. */
  tail(length: number): Promise<string>;
  /** Names in a zip archive; empty where the file is none, or a damaged one. */
  members(): Promise<readonly string[]>;
}

/** A probe that reads each of its parts once. */
export async function probe(source: ByteSource): Promise<Probe> {
  const head = await source.read(0, Math.min(512, source.size));
  let members: Promise<readonly string[]> | undefined;
  return {
    size: source.size,
    head,
    text: latin1(head),
    async tail(length) {
      if (source.size < length) return '';
      return latin1(await source.read(source.size - length, length));
    },
    members() {
      members ??= namesIn(source, head);
      return members;
    },
  };
}

async function namesIn(source: ByteSource, head: Uint8Array): Promise<readonly string[]> {
  if (!latin1(head).startsWith('PK\x03\x04')) return [];
  try {
    return [...(await readZip(source)).keys()];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
