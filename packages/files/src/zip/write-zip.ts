import { crc32 } from '../checksums/crc32.js';

/** A file of an archive to be written. */
export interface ZipMember {
  readonly name: string;
  readonly data: Uint8Array;
}

/** PyTorch's padding field: id 'FB', filled with 'Z'. */
const PADDING_EXTRA = 0x4246;
const PADDING_BYTE = 0x5a;

/** 1980-01-01 00:00: equal input gives equal bytes. */
const DOS_DATE = 0x0021;

/**
 * Writes a zip archive of stored members, each one's data starting at a multiple of `alignment`
 * bytes so that readers can map it. Members and archive stay below 4 GiB.
 */
export function writeZip(members: readonly ZipMember[], alignment = 64): Uint8Array {
  const utf8 = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let position = 0;
  const push = (part: Uint8Array) => {
    parts.push(part);
    position += part.length;
  };
  for (const { name, data } of members) {
    const nameBytes = utf8.encode(name);
    const crc = crc32(data);
    const start = position;
    const unpadded = start + 30 + nameBytes.length + 4;
    const padding = (alignment - (unpadded % alignment)) % alignment;
    const extra = new Uint8Array(4 + padding).fill(PADDING_BYTE);
    const extraView = new DataView(extra.buffer);
    extraView.setUint16(0, PADDING_EXTRA, true);
    extraView.setUint16(2, padding, true);
    push(header(0x04034b50, [], { crc, size: data.length, name: nameBytes, extra: extra.length }));
    push(nameBytes);
    push(extra);
    push(data);
    const central = header(0x02014b50, [20], { crc, size: data.length, name: nameBytes, extra: 0 });
    const tail = new Uint8Array(14);
    new DataView(tail.buffer).setUint32(10, start, true);
    directory.push(central, tail, nameBytes);
  }
  const directoryStart = position;
  for (const part of directory) push(part);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  end.setUint32(12, position - directoryStart, true);
  end.setUint32(16, directoryStart, true);
  push(new Uint8Array(end.buffer));
  return join(parts, position);
}

/** The fields a local and a central header share, after the central one's "made by". */
function header(
  signature: number,
  madeBy: readonly number[],
  fields: { crc: number; size: number; name: Uint8Array; extra: number },
): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(30 + madeBy.length * 2));
  bytes.setUint32(0, signature, true);
  for (const version of madeBy) bytes.setUint16(4, version, true);
  const at = 4 + madeBy.length * 2;
  bytes.setUint16(at, 20, true); // version needed
  bytes.setUint16(at + 2, 0x0800, true); // names are UTF-8
  bytes.setUint16(at + 8, DOS_DATE, true);
  bytes.setUint32(at + 10, fields.crc, true);
  bytes.setUint32(at + 14, fields.size, true);
  bytes.setUint32(at + 18, fields.size, true);
  bytes.setUint16(at + 22, fields.name.length, true);
  bytes.setUint16(at + 24, fields.extra, true);
  return new Uint8Array(bytes.buffer);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}
