import { readFileSync, writeFileSync } from 'node:fs';

const url = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);

/** A committed file another program made. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(url(name)));
}

/**
 * A committed file this package made and another program was seen to read (the scripts beside it).
 * With UPDATE_GOLDENS set it is written anew; run the scripts again before committing it.
 */
export function golden(name: string, bytes: Uint8Array): Uint8Array {
  if (process.env.UPDATE_GOLDENS) writeFileSync(url(name), bytes);
  return fixture(name);
}
