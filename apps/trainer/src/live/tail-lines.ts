import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a growing file is looked at. */
const EVERY_MS = 500;

/**
 * The lines of a file that is being written, those there already first and then each when it is
 * whole. After `signal` aborts it reads once more and ends; waits for a file that does not exist yet.
 */
export async function* tailLines(path: string, signal: AbortSignal): AsyncGenerator<string> {
  let offset = 0;
  let rest = Buffer.alloc(0);
  for (let last = false; !last; ) {
    last = signal.aborted;
    const grown = await readFrom(path, offset);
    offset += grown.length;
    rest = Buffer.concat([rest, grown]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end).toString('utf8');
      rest = rest.subarray(end + 1);
    }
    if (!last) await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    const grown = Buffer.alloc(Math.max(0, size - offset));
    const { bytesRead } = await file.read(grown, 0, grown.length, offset);
    return grown.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
