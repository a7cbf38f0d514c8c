import { sameOrigin } from './same-origin.js';

/** One epoch as `alexnet train` writes it to metrics.jsonl; shares are 0 to 1. */
export interface Epoch {
  readonly epoch: number;
  readonly step: number;
  readonly trainTop1: number;
  readonly validationTop1: number;
}

/** One training step as `alexnet train` writes it to metrics.jsonl. */
export interface Step {
  readonly step: number;
  /** Mean loss of the batch, in nats. */
  readonly loss: number;
}

export interface Metrics {
  readonly epochs: readonly Epoch[];
  readonly steps: readonly Step[];
}

/** What a run folder shows beside its weights. */
export interface RunFolder extends Metrics {
  readonly weights: boolean;
  /** conv1 filters as images, in the order of training. */
  readonly filters: readonly { readonly step: number; readonly address: string }[];
  /** Checkpoints that the run has kept, in the order of training. */
  readonly checkpoints: readonly { readonly step: number; readonly address: string }[];
}

/** Reads the index and the metrics of a run on the same origin. Throws an Error with one clear line. */
export async function readRunFolder(folder: string): Promise<RunFolder> {
  const index: unknown = await (await get(`${folder}/index.json`)).json().catch(() => null);
  if (!isRecord(index)) throw new Error(`${folder}/index.json is not the index of a run.`);
  const listed = (names: unknown, pattern: RegExp, under: string) =>
    (Array.isArray(names) ? names : []).flatMap((name: unknown) => {
      const step = typeof name === 'string' ? pattern.exec(name)?.[1] : undefined;
      return step === undefined
        ? []
        : [{ step: Number(step), address: `${folder}/${under}/${name}` }];
    });
  const metrics = index.metrics === true ? await (await get(`${folder}/metrics.jsonl`)).text() : '';
  return {
    weights: index.weights === true,
    ...parseMetrics(metrics),
    filters: listed(index.filters, /^step-(\d+)\.png$/, 'filters'),
    checkpoints: listed(
      index.checkpoints,
      /^step-(\d+)(?:-top1-[\d.]+)?\.safetensors$/,
      'checkpoints',
    ),
  };
}

/**
 * The step and epoch lines of metrics.jsonl, in order; other kinds, and a line still being written,
 * are passed over. A resumed run may tell of a step twice: the later line counts.
 */
export function parseMetrics(text: string): Metrics {
  const epochs = new Map<number, Epoch>();
  const steps = new Map<number, Step>();
  for (const line of text.split('\n')) {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      continue;
    }
    if (!isRecord(entry)) continue;
    const { kind, epoch, step, trainTop1, validationTop1, loss } = entry;
    if (kind === 'epoch' && [epoch, step, trainTop1, validationTop1].every(Number.isFinite)) {
      epochs.set(epoch as number, entry as unknown as Epoch);
    }
    if (kind === 'step' && [step, loss].every(Number.isFinite)) {
      steps.set(step as number, { step, loss } as Step);
    }
  }
  return {
    epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
    steps: [...steps.values()].sort((a, b) => a.step - b.step),
  };
}

async function get(address: string): Promise<Response> {
  const response = await fetch(sameOrigin(address), { cache: 'no-cache' }).catch(() => null);
  if (!response?.ok)
    throw new Error(`${address} could not be fetched. Is the server still running?`);
  return response;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** At most `most` points of a long curve, evenly spaced, its last one among them. */
export function thinned<T>(points: readonly T[], most: number): readonly T[] {
  const every = Math.ceil(points.length / most);
  return points.filter((_, index) => (points.length - 1 - index) % every === 0);
}
