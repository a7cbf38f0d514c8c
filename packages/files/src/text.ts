import { FormatError } from './format-error.js';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Refuses the three names that reach an object's prototype. @throws FormatError forbidden-name */
export function checkName(name: string, where: string): void {
  if (FORBIDDEN.has(name)) {
    throw new FormatError('forbidden-name', `${where} uses the reserved name "${name}"`);
  }
}

/** Each byte as the code point of the same number. (`TextDecoder('latin1')` is windows-1252.) */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * Text as editors, shells and Excel write it: UTF-8, or by its byte order mark UTF-16, as `>` of Windows
 * PowerShell makes it. The mark is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  const mark = `${bytes[0]},${bytes[1]}`;
  const encoding = { '255,254': 'utf-16le', '254,255': 'utf-16be' }[mark] ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
