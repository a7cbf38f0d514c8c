import { setTimeout as wait } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

/** How often a waiting process looks, milliseconds. */
const LOOK_MS = 500;
/** A holder that was killed is overridden after so long, milliseconds. */
const STALE_MS = 15_000;

/** Runs `work` while no other process does so for the same `path`. */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(path, signal);
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}

async function acquire(
  path: string,
  signal: AbortSignal | undefined,
): Promise<() => Promise<void>> {
  while (true) {
    signal?.throwIfAborted();
    try {
      // The lock of a process that slept is lost; the checksum still catches what two writers do.
      return await lock(path, { realpath: false, stale: STALE_MS, onCompromised: () => {} });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      await wait(LOOK_MS, undefined, { signal });
    }
  }
}
