import { sameOrigin } from '../weights/fetch-bytes.js';

/** One epoch as `alexnet train` writes it to metrics.jsonl; shares are 0 to 1. */
export interface Epoch {
  readonly epoch: number;
  readonly step: number;
  readonly trainTop1: number;
  readonly validationTop1: number;
}

/** What a run folder shows beside its weights. */
export interface RunFolder {
  readonly weights: boolean;
  readonly epochs: readonly Epoch[];
  /** First filters as images, in the order of training. */
  readonly filters: readonly { readonly step: number; readonly address: string }[];
}

/** Reads the index and the metrics of a run on the same origin. Throws an Error with one clear line. */
export async function readRunFolder(folder: string): Promise<RunFolder> {
  const index: unknown = await (await get(`${folder}/index.json`)).json().catch(() => null);
  if (!isRecord(index)) throw new Error(`${folder}/index.json is not the index of a run.`);
  const filters = Array.isArray(index.filters) ? index.filters : [];
  const metrics = index.metrics === true ? await (await get(`${folder}/metrics.jsonl`)).text() : '';
  return {
    weights: index.weights === true,
    epochs: parseEpochs(metrics),
    filters: filters.flatMap((name: unknown) => {
      const step = typeof name === 'string' ? /^step-(\d+)\.png$/.exec(name)?.[1] : undefined;
      return step === undefined
        ? []
        : [{ step: Number(step), address: `${folder}/filters/${name}` }];
    }),
  };
}

/** The epoch lines of metrics.jsonl; other kinds, and a line still being written, are passed over. */
export function parseEpochs(text: string): Epoch[] {
  const epochs: Epoch[] = [];
  for (const line of text.split('\n')) {
    if (!line.includes('"epoch"')) continue;
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      continue;
    }
    if (!isRecord(entry) || entry.kind !== 'epoch') continue;
    const { epoch, step, trainTop1, validationTop1 } = entry;
    if ([epoch, step, trainTop1, validationTop1].every(Number.isFinite)) {
      epochs.push(entry as unknown as Epoch);
    }
  }
  return epochs;
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
