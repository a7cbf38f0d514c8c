import { type ByteSource, sliceSource } from '../bytes/byte-source.js';
import { FormatError } from '../format-error.js';
import { checkName } from '../parse-strict-json.js';
import { latin1 } from '../pickle/reader.js';

const BLOCK = 512;
const MAX_MEMBERS = 64;

/** Lists the plain files of a tar archive by name, without a leading `./`. */
export async function readTar(source: ByteSource): Promise<Map<string, ByteSource>> {
  const members = new Map<string, ByteSource>();
  let position = 0;
  while (position + BLOCK <= source.size) {
    const header = await source.read(position, BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = octal(header.subarray(124, 136));
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === '0' || kind === '\0') {
      const name = field(header.subarray(0, 100)).replace(/^\.\//, '');
      checkName(name, 'tar');
      if (members.has(name)) throw new FormatError('duplicate-name', `tar: "${name}" twice`);
      members.set(name, sliceSource(source, position + BLOCK, size));
    }
    if (members.size > MAX_MEMBERS) throw new FormatError('too-large', 'tar: too many members');
    position += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

function field(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin1(end < 0 ? bytes : bytes.subarray(0, end));
}

/** An octal size of up to 8 GB; larger ones are binary, and no weights. */
function octal(bytes: Uint8Array): number {
  const text = field(bytes).trim();
  if (!/^[0-7]{1,12}$/.test(text)) throw new FormatError('bad-header', 'tar: a size that is none');
  return Number.parseInt(text, 8);
}
