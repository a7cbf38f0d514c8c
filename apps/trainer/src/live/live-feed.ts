import { join } from 'node:path';
import {
  type EpochLine,
  type MetricsLine,
  parseMetricsLine,
  type StepLine,
} from '@alexnet/trainer/node';
import { curveFigures } from '../report/curve-figures.js';
import { METRICS_NAME, type RunRecord } from '../run-folder.js';
import { tailLines } from './tail-lines.js';

/** One server-sent event: a line of the metrics under its kind, the drawings anew, or the end. */
export interface LiveEvent {
  readonly event: MetricsLine['kind'] | 'figures' | 'end';
  readonly data: unknown;
}

export type Listener = (event: LiveEvent) => void;

const END: LiveEvent = { event: 'end', data: {} };

/** Drawing takes some tens of milliseconds: once in so long, however fast the steps are. */
const DRAW_EVERY_MS = 2000;

/** What a run has said so far, and each new thing as it is said. */
export interface LiveFeed {
  /** Tells the listener at once how things stand, then everything new; returns how to stop. */
  listen(listener: Listener): () => void;
  /** Ends after the last line has been told; whoever listens later hears how it ended. */
  close(): Promise<void>;
}

/** Follows the metrics of the run in `folder` as they are written. */
export function openLiveFeed(folder: string, record: RunRecord): LiveFeed {
  const stopping = new AbortController();
  const listeners = new Set<Listener>();
  const steps: StepLine[] = [];
  const epochs: EpochLine[] = [];
  let drawn = true;
  let ended = false;

  const tell = (event: LiveEvent) => {
    for (const listener of listeners) listener(event);
  };
  const figures = (): LiveEvent => ({
    event: 'figures',
    data: curveFigures({ record, steps, epochs }).map(({ id, drawing }) => ({
      id,
      html: drawing.html,
    })),
  });
  const take = (line: MetricsLine) => {
    if (line.kind === 'step') steps.push(line);
    if (line.kind === 'epoch') epochs.push(line);
    drawn = false;
    tell({ event: line.kind, data: line });
  };
  const drawing = setInterval(() => {
    if (drawn || listeners.size === 0) return;
    drawn = true;
    tell(figures());
  }, DRAW_EVERY_MS);
  const following = (async () => {
    for await (const line of tailLines(join(folder, METRICS_NAME), stopping.signal)) {
      const metrics = parseMetricsLine(line);
      if (metrics) take(metrics);
    }
  })();

  return {
    listen(listener) {
      // Drawings last: they fill a connection's buffer, and a step would be left out for it.
      for (const line of [epochs.at(-1), steps.at(-1)]) {
        if (line) listener({ event: line.kind, data: line });
      }
      listener(figures());
      if (ended) listener(END);
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (ended) return;
      stopping.abort();
      await following;
      clearInterval(drawing);
      if (!drawn) tell(figures());
      ended = true;
      tell(END);
      listeners.clear();
    },
  };
}
