import { lock } from 'proper-lockfile';

/** A holder renews its lock every 2 s; one that was killed loses it after 10 s. */
const UPDATE_MS = 2_000;
const STALE_MS = 10_000;
const POLL_MS = 500;

/** Runs `work` while holding the lock on `directory`; waits for another holder, however long. */
export async function withInstallLock<T>(
  directory: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(directory, signal);
  try {
    return await work();
  } finally {
    await release().catch(() => {
      // Already released or taken over: nothing is left to free.
    });
  }
}

async function acquire(
  directory: string,
  signal: AbortSignal | undefined,
): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await lock(directory, { stale: STALE_MS, update: UPDATE_MS });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
