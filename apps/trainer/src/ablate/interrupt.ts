import { say } from '../say.js';

/** The first Ctrl-C ends the ablation after the present update, the second at once. */
export async function interruptible<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    say('\nstopping; finished runs are saved; Ctrl-C again stops at once');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await task(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
