import { mkdir, open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { MetricsLine } from '../metrics-log.js';
import { encodeEvent, type SummaryValue, type TensorboardEvent } from './encode-event.js';
import { frameRecord } from './frame-record.js';
import { summaryValues } from './summary-values.js';

/** An event file that `tensorboard --logdir` reads while it grows. */
export interface TensorboardLog {
  /** Of the event file. */
  readonly path: string;
  /** Adds the numbers of one line of metrics. */
  append(line: MetricsLine): Promise<void>;
  /** An image shown under Images at this step; `png` is the whole file. */
  appendImage(step: number, tag: string, png: Uint8Array): Promise<void>;
  /** Writes what is still held back and closes the file. */
  close(): Promise<void>;
}

const NAME = /^events\.out\.tfevents\.(\d{10})\./;

/**
 * Starts a new event file in `folder`, made if missing; older files are left as they are.
 *
 * @param options.afterStep updates the run had done when it was resumed: what earlier files say
 *   about later steps is withdrawn by a session start, as TensorFlow's and PyTorch's writers do
 * @param options.now milliseconds since 1970; default the clock
 */
export async function openTensorboardLog(
  folder: string,
  options: { readonly afterStep?: number; readonly now?: () => number } = {},
): Promise<TensorboardLog> {
  const now = options.now ?? Date.now;
  await mkdir(folder, { recursive: true });
  const path = join(folder, await nextName(folder, Math.floor(now() / 1000)));
  const file = await open(path, 'ax');
  const write = async (step: number, body: TensorboardEvent['body']) => {
    await file.appendFile(frameRecord(encodeEvent({ wallTime: now() / 1000, step, body })));
  };
  const summarize = (step: number, summary: readonly SummaryValue[]) => write(step, { summary });

  const firstStep = (options.afterStep ?? 0) + 1;
  await write(firstStep, { fileVersion: 'brain.Event:2' });
  await write(firstStep, { sessionStart: true });
  return {
    path,
    append: (line) => summarize(line.step, summaryValues(line)),
    appendImage: (step, tag, png) => summarize(step, [{ tag, png }]),
    close: () => file.close(),
  };
}

/** TensorBoard reads files in order of name: a new one must sort after those already there. */
async function nextName(folder: string, seconds: number): Promise<string> {
  const taken = (await readdir(folder)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  const own = Math.max(seconds, ...taken.map((second) => second + 1));
  return `events.out.tfevents.${own}.${hostname().replace(/[^\w.-]/g, '-')}`;
}
