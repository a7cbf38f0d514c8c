import { setTimeout as wait } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

/** How often a waiting process looks, milliseconds. */
const LOOK_MS = 500;
/** A holder that was killed is overridden after so long, milliseconds. */
const STALE_MS = 15_000;

/** Runs `work` while no other process does so for the same `path`, which need not exist. */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  let release: Release | null = null;
  while (release === null) {
    signal?.throwIfAborted();
    release = await tryLock(path);
    if (release === null) await wait(LOOK_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Gives a lock back; giving it back twice, or after it was lost, is no error. */
export type Release = () => Promise<void>;

/**
 * Takes the lock of `path` (a folder `path.lock` beside it, which the holder touches again and again),
 * or returns `null` while another process holds it. The lock of a process that was stopped for longer
 * than 15 s counts as given up.
 */
export async function tryLock(path: string): Promise<Release | null> {
  try {
    const release = await lock(path, { realpath: false, stale: STALE_MS, onCompromised: () => {} });
    return () => release().catch(() => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return null;
    throw error;
  }
}
