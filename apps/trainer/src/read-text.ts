import { readFile } from 'node:fs/promises';
import { decodeText } from '@alexnet/files';

/** The text of a file, as `decodeText`. */
export async function readText(path: string): Promise<string> {
  return decodeText(await readFile(path));
}
