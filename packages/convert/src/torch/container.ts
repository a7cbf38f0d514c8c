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
