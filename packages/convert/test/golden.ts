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

/** A zip archive as some writers leave it: without checksums, so that its bytes may be changed. */
export function withoutChecksums(archive: Uint8Array): Uint8Array {
  const bytes = archive.slice();
  const signature = Buffer.from('PK\x01\x02', 'latin1');
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = all.indexOf(signature); at >= 0; at = all.indexOf(signature, at + 1)) {
    bytes.fill(0, at + 16, at + 20);
  }
  return bytes;
}
