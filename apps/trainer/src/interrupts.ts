/** What asks a command to end: Ctrl-C, a scheduler or `kill`, a terminal that was closed. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Exit code of a command that was asked to end. */
export const INTERRUPTED = 130;

export function isInterrupt(signal: NodeJS.Signals | null): boolean {
  return INTERRUPTS.some((one) => one === signal);
}

let listeners = 0;

/** How many listen by {@link onInterrupt}. `process.listeners` has also those of packages, which end nothing. */
export function interruptListeners(): number {
  return listeners;
}

/** Calls `listener` whenever this process is asked to end; returns what stops that. */
export function onInterrupt(listener: () => void): () => void {
  for (const signal of INTERRUPTS) process.on(signal, listener);
  listeners++;
  return () => {
    for (const signal of INTERRUPTS) process.off(signal, listener);
    listeners--;
  };
}
