/** Bit 11 of the flags: the name is UTF-8 (APPNOTE.TXT, appendix D). */
const UTF8_FLAG = 0x0800;
/** Info-ZIP's extra field with the name in UTF-8 after a version and a CRC (APPNOTE.TXT 4.6.9). */
const UNICODE_PATH = 0x7075;
/** Code page 437, bytes 128 to 255: what a name without any mark is in by the letter of the format. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The name of a zip entry, `\` turned into `/`. UTF-8 where it is marked so, or where it is valid
 * UTF-8 (macOS and most libraries leave the mark out), else code page 437.
 */
export function decodeName(bytes: Uint8Array, flags: number, extra: Uint8Array): string {
  const unicode = flags & UTF8_FLAG ? null : unicodePath(extra);
  return (tryUtf8(unicode ?? bytes) ?? cp437(bytes)).replaceAll('\\', '/');
}

function unicodePath(extra: Uint8Array): Uint8Array | null {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true);
    const isPath = view.getUint16(at, true) === UNICODE_PATH && length > 5;
    if (isPath && at + 4 + length <= extra.length) return extra.subarray(at + 9, at + 4 + length);
    at += 4 + length;
  }
  return null;
}

function tryUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function cp437(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += byte < 128 ? String.fromCharCode(byte) : CP437.charAt(byte - 128);
  }
  return text;
}
