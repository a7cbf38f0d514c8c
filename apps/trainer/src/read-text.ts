import { readFile } from 'node:fs/promises';

/** The text of a file, as {@link decodeText}. */
export async function readText(path: string): Promise<string> {
  return decodeText(await readFile(path));
}

/**
 * Text as editors and shells write it: UTF-8, or by its byte order mark UTF-16, as `>` of Windows PowerShell
 * makes it. The mark is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  const mark = `${bytes[0]},${bytes[1]}`;
  const encoding = { '255,254': 'utf-16le', '254,255': 'utf-16be' }[mark] ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
