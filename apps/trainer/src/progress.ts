import { SingleBar } from 'cli-progress';
import { duration } from './say.js';

/** Told how far a task is; `text` is shown behind the bar. */
export type Report = (done: number, total: number, text?: string) => void;

const PLAIN_EVERY_MS = 10_000;
/** What is done sooner needs no bar. */
const SHOW_AFTER_MS = 800;

/**
 * Runs a task under a progress bar with ETA on stderr. The bar shows when the task takes a while and
 * goes when it ends; without a terminal a plain line comes every ten seconds instead.
 */
export async function withProgress<T>(
  title: string,
  task: (report: Report) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({
    format: `${title.padEnd(22)} {bar} {percentage}% · {value}/{total} · ETA {eta_formatted} {text}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: PLAIN_EVERY_MS,
    // The library prints its own signs for "not known yet".
    formatTime: (seconds) => (Number.isFinite(seconds) ? duration(1000 * seconds) : '…'),
    etaBuffer: 50,
    fps: 8,
  });
  const began = performance.now();
  let started = false;
  try {
    return await task((done, total, text = '') => {
      if (total <= 0) return;
      if (!started) {
        if (performance.now() - began < SHOW_AFTER_MS) return;
        bar.start(total, done, { text });
        started = true;
      }
      bar.setTotal(total);
      bar.update(done, { text });
    });
  } finally {
    if (started) bar.stop();
  }
}
