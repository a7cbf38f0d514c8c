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
  /** Names in the root group of an HDF5 file in the form every library writes unless told otherwise; empty for any other. */
  groups(): Promise<readonly string[]>;
}

/** A probe that reads each of its parts once. */
export async function probe(source: ByteSource): Promise<Probe> {
  const head = await source.read(0, Math.min(512, source.size));
  let members: Promise<readonly string[]> | undefined;
  let groups: Promise<readonly string[]> | undefined;
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
    groups() {
      groups ??= rootNames(source, head);
      return groups;
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

/** Bytes of a name heap that are looked at; a root group has a handful of names. */
const MAX_HEAP_BYTES = 4096;

/**
 * Reads the local heap of the root group, which its superblock (version 0, 8-byte offsets) points to:
 * HDF5 File Format Specification 3.0, II.A and III.D.
 */
async function rootNames(source: ByteSource, head: Uint8Array): Promise<readonly string[]> {
  const old = latin1(head.subarray(0, 9)) === '\x89HDF\r\n\x1a\n\0';
  if (!old || head.length < 96 || head[13] !== 8) return [];
  const heap = offsetAt(head, 88);
  const header = await bytesAt(source, heap, 32);
  if (!latin1(header).startsWith('HEAP')) return [];
  // What is free, at the end as long as nothing was ever deleted, holds other numbers.
  const [whole, free] = [offsetAt(header, 8), offsetAt(header, 16)];
  const size = Math.min(whole, free, MAX_HEAP_BYTES);
  const names = latin1(await bytesAt(source, offsetAt(header, 24), size));
  return names.split('\0').filter((name) => /^[\x20-\x7e]+$/.test(name));
}

async function bytesAt(source: ByteSource, start: number, length: number): Promise<Uint8Array> {
  const fits = Number.isSafeInteger(start + length) && start + length <= source.size;
  return fits ? source.read(start, length) : new Uint8Array();
}

function offsetAt(bytes: Uint8Array, at: number): number {
  if (at + 8 > bytes.length) return Number.NaN;
  return Number(new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true));
}
