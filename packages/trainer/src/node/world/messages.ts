import type { Socket } from 'node:net';

/** Raised when what is said changes: launchers of other versions are refused. */
export const PROTOCOL = 2;

/** How a worker process ended. */
export interface WorkerEnd {
  readonly rank: number;
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly signal: string | null;
  /** What it said of itself, one line. */
  readonly message: string | null;
  /** It ended because another one did. */
  readonly byPeer: boolean;
}

/** What a launcher says to the coordinator. */
export type MemberMessage =
  | {
      readonly type: 'join';
      readonly protocol: number;
      readonly node: number;
      readonly processes: number;
      /** The first of its machine, where each process has a launcher of its own. */
      readonly isFirst: boolean;
      readonly least: number;
      readonly most: number;
      readonly name: string;
    }
  | { readonly type: 'beat' }
  | {
      readonly type: 'say';
      readonly round: number;
      readonly rank: number;
      readonly key: string;
      readonly value: string;
    }
  | { readonly type: 'ended'; readonly round: number; readonly end: WorkerEnd }
  | { readonly type: 'stopped'; readonly round: number }
  | { readonly type: 'interrupt' };

/** What the coordinator says to launchers. */
export type CoordinatorMessage =
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'beat' }
  | {
      readonly type: 'start';
      readonly round: number;
      readonly firstRank: number;
      readonly size: number;
      /** Machines, some of which may have more launchers than one. */
      readonly machines: number;
    }
  | {
      readonly type: 'heard';
      readonly round: number;
      readonly key: string;
      readonly values: readonly string[];
    }
  | { readonly type: 'stop'; readonly round: number }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'interrupt' }
  | { readonly type: 'end'; readonly code: number; readonly message: string | null };

/** How often each side says that it is there, milliseconds. */
export const BEAT_MS = 1000;
/** A silence that stands for an end, milliseconds. */
export const SILENCE_MS = 10_000;

/** A connection that carries one JSON message a line, and notices when nobody answers. */
export interface Link<Sent> {
  /** Nothing happens once it has ended. */
  send(message: Sent): void;
  /** Ends it, for the other side too. */
  close(): void;
}

/** @param onEnd called once: with the connection closed, broken, or silent for {@link SILENCE_MS} */
export function openLink<Sent, Received>(
  socket: Socket,
  onMessage: (message: Received) => void,
  onEnd: (silent: boolean) => void,
): Link<Sent | { readonly type: 'beat' }> {
  let pending = '';
  let heardAt = performance.now();
  let ended = false;
  const end = (silent: boolean) => {
    if (ended) return;
    ended = true;
    clearInterval(beating);
    socket.destroy();
    onEnd(silent);
  };
  const send = (message: unknown) => {
    if (!ended) socket.write(`${JSON.stringify(message)}\n`);
  };
  const beating = setInterval(() => {
    if (performance.now() - heardAt > SILENCE_MS) end(true);
    else send({ type: 'beat' });
  }, BEAT_MS);
  socket.setEncoding('utf8');
  socket.setNoDelay(true);
  socket.on('data', (text: string) => {
    heardAt = performance.now();
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      try {
        const message = JSON.parse(line) as Received & { readonly type: string };
        if (message.type !== 'beat') onMessage(message);
      } catch {
        // Somebody else's protocol.
        end(false);
      }
    }
  });
  socket.on('error', () => end(false));
  socket.on('close', () => end(false));
  return { send, close: () => end(false) };
}
