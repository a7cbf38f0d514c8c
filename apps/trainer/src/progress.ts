import { SingleBar } from 'cli-progress';
import { duration } from './say.js';

/** Told how far a task is; `text` is shown behind the bar. */
export type Report = (done: number, total: number, text?: string) => void;

/** What is done sooner needs no bar. */
export const SHOW_AFTER_MS = 800;

/** How every moving line looks; into a pipe or a file goes a plain one every ten seconds. */
export const BAR_STYLE = {
  barCompleteChar: '█',
  barIncompleteChar: '░',
  hideCursor: true,
  clearOnComplete: true,
  noTTYOutput: true,
  notTTYSchedule: 10_000,
} as const;

/** Where the bar stands in a line, with a space behind; nothing where nobody sees it move. */
export const BAR = process.stderr.isTTY ? '{bar} ' : '';

/** A task that is under way. */
export interface Progress {
  readonly report: Report;
  readonly close: () => void;
}

/**
 * A progress bar with ETA on stderr. It shows when the task takes a while and goes when it is closed;
 * without a terminal a plain line comes every ten seconds instead.
 */
export function openProgress(title: string): Progress {
  const bar = new SingleBar({
    ...BAR_STYLE,
    format: `${title.padEnd(22)} ${BAR}{percentage}% · {value}/{total} · ETA {eta_formatted} {text}`,
    barsize: 24,
    // The library prints its own signs for "not known yet".
    formatTime: (seconds) => (Number.isFinite(seconds) ? duration(1000 * seconds) : '…'),
    etaBuffer: 50,
    fps: 8,
  });
  const began = performance.now();
  let started = false;
  return {
    report(done, total, text = '') {
      if (total <= 0) return;
      if (!started) {
        if (performance.now() - began < SHOW_AFTER_MS) return;
        bar.start(total, done, { text });
        started = true;
      }
      bar.setTotal(total);
      bar.update(done, { text });
    },
    close() {
      if (started) bar.stop();
      started = false;
    },
  };
}

/** Runs a task under a progress bar. */
export async function withProgress<T>(
  title: string,
  task: (report: Report) => Promise<T>,
): Promise<T> {
  const { report, close } = openProgress(title);
  try {
    return await task(report);
  } finally {
    close();
  }
}
