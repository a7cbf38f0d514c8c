import { asSource, type ByteSource } from '../bytes/byte-source.js';
import { FormatError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { readTorchLegacy } from './read-torch-legacy.js';
import { readTorchTar } from './read-torch-tar.js';
import { readTorchZip } from './read-torch-zip.js';

/** The three containers `torch.save` has used: since 1.6, since 0.1.7, and before. */
export type TorchContainer = 'zip' | 'legacy' | 'tar';

/** PROTO 2, then LONG1 of ten bytes: the number 0x1950a86a20f9469cfc6c. */
const LEGACY_MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/**
 * Which torch container starts with these bytes, null for none. Tar is looked at first, since a
 * tar may hold a zip as its first member.
 *
 * @param head the first 512 bytes, fewer if the file is shorter
 */
export function torchContainer(head: Uint8Array): TorchContainer | null {
  const ustarOrOld = head.length >= 512 && tarChecksumHolds(head);
  if (ustarOrOld) return 'tar';
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return 'zip';
  if (head[0] === 0x80 && startsWith(head.subarray(2), LEGACY_MAGIC)) return 'legacy';
  return null;
}

/**
 * Reads the named tensors of a `.pth` or `.pt` file: a state dict, a training checkpoint around
 * one, or a whole pickled module. Nothing in the file is executed; numbers are read when asked for.
 *
 * @throws FormatError for anything that is no such file, TorchScript archives and integer weights
 */
export async function readTorch(input: Uint8Array | ByteSource): Promise<StoredTensors> {
  const source = asSource(input);
  const head = await source.read(0, Math.min(512, source.size));
  switch (torchContainer(head)) {
    case 'zip':
      return readTorchZip(source);
    case 'legacy':
      return readTorchLegacy(source);
    case 'tar':
      return readTorchTar(source);
    case null: {
      if (head[0] === 0x3c) {
        throw new FormatError('not-this-format', 'a web page saved as weights; download it again');
      }
      throw new FormatError('not-this-format', 'torch: neither a zip, a legacy nor a tar file');
    }
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Old tar headers have no magic: the sum of their bytes, the checksum field read as blanks. */
function tarChecksumHolds(header: Uint8Array): boolean {
  const text = String.fromCharCode(...header.subarray(148, 156));
  const stored = /^[ 0]*([0-7]{1,7})[ \0]/.exec(text)?.[1];
  if (stored === undefined) return false;
  let sum = 8 * 0x20;
  for (let at = 0; at < 512; at++) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  return sum === Number.parseInt(stored, 8);
}
