import { appendRows } from './append-rows.js';
import type { BenchTask } from './network-work.js';
import type { Timing } from './statistics.js';

/** How long one runtime takes for one batch. */
export interface RuntimeTiming extends Timing {
  /** `tensorflow`, `torch-nchw`, … */
  readonly name: string;
  /** Device and versions in words. */
  readonly runtime: string;
}

/** What was timed, for the table and the files. */
export interface BenchRun {
  readonly task: BenchTask;
  readonly preset: string;
  readonly batch: number;
  /** The command as typed. */
  readonly command: string;
}

const HEADER =
  'date,machine,node,command,task,preset,batch,samples,name,runtime,median_ms,lower_quartile_ms,upper_quartile_ms,fastest_ms,slowest_ms,img_per_s,ratio_to_first';

/** One line per runtime: median, half the width of the middle half, images/s, against the first. */
export function formatTimings(timings: readonly RuntimeTiming[], batch: number): string[] {
  const width = Math.max(...timings.map(({ name }) => name.length));
  return timings.map((timing) => {
    const { name, runtime, median, lower, upper } = timing;
    const time = `${median.toFixed(1)} ms ± ${((upper - lower) / 2).toFixed(1)}`.padStart(20);
    const rate = `${imagesPerSecond(timing, batch).toFixed(1)} images/s`.padStart(14);
    return `${name.padEnd(width)} ${time} ${rate}  ${ratio(timing, timings)}x  ${runtime}`;
  });
}

/** Adds one row per runtime to a CSV file, with a header where the file is new. */
export async function appendCsv(
  path: string,
  run: BenchRun,
  timings: readonly RuntimeTiming[],
): Promise<void> {
  const { task, preset, batch, command } = run;
  const rows = timings.map((timing) => {
    const { samples, name, runtime, median, lower, upper, fastest, slowest } = timing;
    const milliseconds = [median, lower, upper, fastest, slowest].map((ms) => ms.toFixed(2));
    const rate = imagesPerSecond(timing, batch).toFixed(1);
    const about = [task, preset, batch, samples];
    return [...about, name, runtime, ...milliseconds, rate, ratio(timing, timings)];
  });
  await appendRows(path, HEADER, command, rows);
}

/** From the median. */
export function imagesPerSecond({ median }: Timing, batch: number): number {
  return (1000 * batch) / median;
}

/** The median against that of the first runtime. */
function ratio({ median }: Timing, [first]: readonly RuntimeTiming[]): string {
  return (median / (first?.median ?? median)).toFixed(2);
}
