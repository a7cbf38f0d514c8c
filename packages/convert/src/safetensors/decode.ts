import { plainBytes, requireBytes } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { SafetensorsTensor } from './dtype.js';
import { parseHeader, parseHeaderLength } from './parse-header.js';

/** A safetensors file as it is. */
export interface Safetensors {
  /** By name, in the order of the header. */
  readonly tensors: Map<string, SafetensorsTensor>;
  /** `__metadata__`, text by key; empty where there is none. */
  readonly metadata: Map<string, string>;
}

/**
 * Reads a whole safetensors file; tensor data are views into `bytes`, not copies.
 *
 * @throws FormatError for anything the Rust library refuses, and beyond `limits`
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  options: { readonly limits?: Partial<Limits> } = {},
): Safetensors {
  requireBytes(bytes);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const length = parseHeaderLength(bytes.subarray(0, 8), bytes.length, limits);
  const start = 8 + length;
  const header = parseHeader(bytes.subarray(8, start), bytes.length - start, limits);
  const plain = plainBytes(bytes);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    tensors.set(name, { dtype, shape, data: plain.subarray(start + begin, start + end) });
  }
  return { tensors, metadata: new Map(header.metadata) };
}

/** Whether a file can be a safetensors file, from its first 9 bytes. */
export function looksLikeSafetensors(head: Uint8Array): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  try {
    parseHeaderLength(head.subarray(0, 8), Number.MAX_SAFE_INTEGER, DEFAULT_LIMITS);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
