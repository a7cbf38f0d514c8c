import { deserialize, serialize } from 'node:v8';
import type { WorkerEnd } from '@alexnet/trainer/node';
import { oneLine } from '../failure.js';
import { INTERRUPTED, interruptListeners, onInterrupt } from '../interrupts.js';

/** How a launcher starts its workers; in their environment as JSON. */
export const TEAM_VARIABLE = 'ALEXNET_TEAM';

/** What a worker is told at its start. */
export interface TeamSetup {
  readonly rank: number;
  /** Processes in all. */
  readonly size: number;
  /** Machines in all. */
  readonly machines: number;
  /** Whether one was lost before, and the run goes on from its last checkpoint. */
  readonly restarted: boolean;
  /** How the launchers were told of each other, in words. */
  readonly found: string;
  /** Where the others reach this process; port 0: choose a free one. */
  readonly host: string;
  readonly port: number;
}

/** What a worker tells its launcher. */
export type WorkerMessage =
  | { readonly type: 'say'; readonly key: string; readonly value: string }
  | { readonly type: 'interrupt' }
  | ({ readonly type: 'failed' } & Pick<WorkerEnd, 'byPeer' | 'message'>);

/** What a launcher tells its worker. */
export interface LauncherMessage {
  readonly type: 'heard';
  readonly key: string;
  readonly values: readonly string[];
}

/** The processes of a run before they compute together, as one of them sees it. */
export interface Team extends TeamSetup {
  /** Whether a launcher started this process, be it the only one that is left. */
  readonly isLaunched: boolean;
  /** What each says under a key of its own, by rank. Every process says something. */
  gather<T>(key: string, value: T): Promise<readonly T[]>;
  /** What the first says; the others' values are ignored. */
  share<T>(key: string, value: T | null): Promise<T>;
}

const ALONE: Team = {
  isLaunched: false,
  rank: 0,
  size: 1,
  machines: 1,
  restarted: false,
  found: '',
  host: '',
  port: 0,
  gather: async (_, value) => [value],
  share: async <T>(_: string, value: T | null) => value as T,
};

let team: Team | undefined;

/** This process's team: that of the launcher that started it, or itself alone. */
export function ownTeam(): Team {
  const setup = process.env[TEAM_VARIABLE];
  team ??= setup && process.send ? joinedTeam(JSON.parse(setup) as TeamSetup) : ALONE;
  return team;
}

function joinedTeam(setup: TeamSetup): Team {
  // It is in this process; those it starts need it not.
  delete process.env.LD_PRELOAD;
  const waiting = new Map<string, (values: readonly string[]) => void>();
  process.on('message', ({ key, values }: LauncherMessage) => waiting.get(key)?.(values));
  // Nobody would notice what this process does, nor stop it.
  process.on('disconnect', () => process.exit(1));
  onInterrupt(() => {
    tellLauncher({ type: 'interrupt' });
    // Before training begins and after it has ended nothing is there to be saved.
    if (interruptListeners() === 1) void told().then(() => process.exit(INTERRUPTED));
  });
  const gather = async <T>(key: string, value: T): Promise<readonly T[]> => {
    const heard = new Promise<readonly string[]>((resolve) => waiting.set(key, resolve));
    tellLauncher({ type: 'say', key, value: serialize(value).toString('base64') });
    const values = await heard;
    waiting.delete(key);
    return values.map((text) => deserialize(Buffer.from(text, 'base64')) as T);
  };
  return {
    ...setup,
    isLaunched: true,
    gather,
    async share<T>(key: string, value: T | null) {
      return (await gather(key, setup.rank === 0 ? value : null))[0] as T;
    },
  };
}

/** Tells the launcher why this process ends. */
export function reportFailure(error: unknown): void {
  tellLauncher({ type: 'failed', message: oneLine(error), byPeer: isPeerError(error) });
}

let lastTold: Promise<void> = Promise.resolve();

function tellLauncher(message: WorkerMessage): void {
  if (!process.connected) return;
  lastTold = new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

/** Resolves when the launcher has what it was told. */
export function told(): Promise<void> {
  return lastTold;
}

/** Whether another process's end is the cause, as TensorFlow tells it. */
function isPeerError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'peer') || isPeerError(error.cause);
}
