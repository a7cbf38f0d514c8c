import { FormatError } from '../format-error.js';
import { type PickleReader, shrink } from './reader.js';
import type { PickleValue } from './values.js';

/**
 * The value of an opcode that only carries one, or undefined for any other opcode.
 *
 * @param letter the opcode byte as a character, as in CPython's `pickletools.py`
 */
export function readScalar(letter: string, reader: PickleReader): PickleValue | undefined {
  switch (letter) {
    case 'N':
      return null;
    case '\x88':
      return true;
    case '\x89':
      return false;
    case 'K':
      return reader.uint8();
    case 'M':
      return reader.uint16();
    case 'J':
      return reader.int32();
    case '\x8a':
      return reader.long(reader.uint8());
    case '\x8b':
      return reader.long(reader.uint32());
    case 'I':
    case 'L':
      return decimal(reader.line());
    case 'F':
      return Number(reader.line());
    case 'G':
      return reader.float64();
    case 'S':
      return quoted(reader.line());
    case 'T':
    case 'B':
      return reader.take(reader.uint32());
    case 'U':
    case 'C':
      return reader.take(reader.uint8());
    case '\x8e': // BINBYTES8
    case '\x96': // BYTEARRAY8
      return reader.take(reader.uint64());
    case 'V':
      return rawUnicode(reader.line());
    case 'X':
      return reader.utf8(reader.uint32());
    case '\x8c':
      return reader.utf8(reader.uint8());
    case '\x8d':
      return reader.utf8(reader.uint64());
    default:
      return undefined;
  }
}

/** `01` and `00` are protocol 0's True and False; a long ends in L. */
export function decimal(text: string): boolean | number | bigint {
  if (text === '01') return true;
  if (text === '00') return false;
  if (!/^[-+]?\d{1,80}L?$/.test(text)) {
    throw new FormatError('bad-header', 'pickle: an integer that is none');
  }
  return shrink(BigInt(text.replace(/^\+|L$/g, '')));
}

/** The `repr` of a Python 2 string; the escapes `repr` writes are \\, quotes, \n, \r, \t and \xNN. */
function quoted(text: string): Uint8Array {
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) {
    throw new FormatError('bad-header', 'pickle: a string without quotes');
  }
  const plain = text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t' }[code] ?? code;
  });
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function rawUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
