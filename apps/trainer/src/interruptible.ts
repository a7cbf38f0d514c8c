import { CommandError } from './failure.js';
import { INTERRUPTED, onInterrupt } from './interrupts.js';
import { say } from './say.js';
import { ownTeam } from './team/team.js';

/**
 * Runs a task that Ctrl-C, SIGTERM and SIGHUP stop: the first asks it to end, by a signal whose reason is the
 * {@link CommandError} the command then ends with; the second ends the process at once.
 *
 * @param saying told on stderr at the first
 * @param ended what the command ends with, such as how to go on
 */
export async function interruptible<T>(
  { saying, ended }: { readonly saying: string; readonly ended: string },
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) {
      // The processes of a launcher get the same signal from several sides; it ends them itself.
      if (ownTeam().isLaunched) return;
      process.exit(INTERRUPTED);
    }
    say(`\n${saying}; Ctrl-C again stops at once`);
    controller.abort(new CommandError('interrupted', ended));
  };
  const unhook = onInterrupt(onSignal);
  try {
    return await task(controller.signal);
  } finally {
    unhook();
  }
}
