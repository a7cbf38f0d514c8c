import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@alexnet/files/node';
import type { PlannedRun } from './plan-runs.js';
import type { RunResult } from './run-result.js';

/** Finished runs, one file each: what an interrupted ablation need not do again. */
export interface RunStore {
  /** The finished run, or null when there is none that has all that is asked. */
  find(run: PlannedRun): Promise<RunResult | null>;
  save(result: RunResult): Promise<void>;
}

export async function openRunStore(folder: string): Promise<RunStore> {
  await mkdir(folder, { recursive: true });
  const pathOf = (key: string) => join(folder, `${key}.json`);
  return {
    async find({ key, tenCrop }) {
      const text = await readFile(pathOf(key), 'utf8').catch(() => null);
      const result = text === null ? null : parse(text);
      if (result?.key !== key) return null;
      return tenCrop && result.tenCropTop1 === null ? null : result;
    },
    save: (result) => writeAtomically(pathOf(result.key), `${JSON.stringify(result)}\n`),
  };
}

/** A file that is not such a result is no result: the run is made again. */
function parse(text: string): RunResult | null {
  try {
    const result = JSON.parse(text) as RunResult;
    return result.format === 3 ? revived(result) : null;
  } catch {
    return null;
  }
}

/** JSON writes NaN, the loss of a network that has diverged, as null. */
function revived(result: RunResult): RunResult {
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    ...result,
    imagesPerSecond: number(result.imagesPerSecond),
    curve: result.curve.map((point) => ({
      ...point,
      trainLoss: number(point.trainLoss),
      validationLoss: number(point.validationLoss),
      kernelChroma: point.kernelChroma.map(number),
    })),
  };
}
