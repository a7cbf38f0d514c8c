import { open, readFile, realpath, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { withLock, writeError } from '@alexnet/files/node';

const LOCK_NAME = 'run.lock';

/** Who holds a run. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** What tells a process from a later one of the same number, where the system says it. */
  readonly started: string | null;
  readonly since: string;
  /** The folder it trains in; not in locks of earlier versions. */
  readonly folder?: string;
}

/**
 * Keeps other processes from training in the same folder until it is released.
 *
 * The lock names its process, so that one that was killed holds nothing for a moment, and one that does not
 * answer for minutes, as in a long step, holds on: locks that go stale by time do neither.
 *
 * @throws Error naming the process that holds it, or why nothing can be written there
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_NAME);
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    since: new Date().toISOString(),
    folder: await realpath(folder),
  };
  await withLock(path, undefined, async () => {
    const holder = await readHolder(path);
    if (holder && (await isAlive(holder, own)) && !(await isCopied(holder, folder)))
      throw new Error(refusal(folder, path, holder, own));
    if (holder) await unlink(path);
    const file = await open(path, 'wx');
    await file.writeFile(`${JSON.stringify(own)}\n`).finally(() => file.close());
  }).catch((error: unknown) => {
    throw writeError(error, path);
  });
  return () => unlink(path).catch(() => undefined);
}

async function readHolder(path: string): Promise<Holder | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // Cut off while it was written: whoever did so is gone, as writing is done under a lock.
    return { pid: 0, host: hostname(), started: null, since: '' };
  }
}

/** A process of another machine cannot be asked, and counts as alive. */
async function isAlive(holder: Holder, own: Holder): Promise<boolean> {
  if (holder.host !== own.host) return true;
  if (holder.pid === own.pid || holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.started === null || holder.started === (await startOf(holder.pid));
}

/** Whether the lock came with a copy of the folder: its holder trains in another one, and holds that. */
async function isCopied(holder: Holder, folder: string): Promise<boolean> {
  if (holder.folder === undefined) return false;
  const [here, there] = await Promise.all([
    stat(folder, { bigint: true }),
    stat(holder.folder, { bigint: true }).catch(() => null),
  ]);
  if (!there || (here.dev === there.dev && here.ino === there.ino)) return false;
  const held = await readHolder(join(holder.folder, LOCK_NAME));
  return held?.pid === holder.pid && held.since === holder.since;
}

/** Linux: when the process began, in clock ticks since the machine did; null elsewhere. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name of the program, in parentheses, may hold anything; field 22 is the 20th behind it.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function refusal(folder: string, path: string, holder: Holder, own: Holder): string {
  const who = `process ${holder.pid}${holder.host === own.host ? '' : ` on ${holder.host}`}`;
  const what = `${folder} is being trained by ${who} since ${holder.since}: only one process can`;
  return holder.host === own.host ? what : `${what}; if that one has ended, remove ${path}`;
}
