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
