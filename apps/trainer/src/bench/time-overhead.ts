import { openNullWebgpu } from '@alexnet/backend/node';
import type { NetworkSpec } from '@alexnet/model';
import { oneLine } from '../failure.js';
import { say } from '../say.js';
import { type BenchTask, networkWork, type WorkOptions } from './network-work.js';
import { type Timing, timingOf } from './statistics.js';

/** What one step or prediction takes of the processor while a GPU would compute, milliseconds. */
export interface Overhead extends Timing {
  readonly task: BenchTask;
  readonly way: NonNullable<WorkOptions['way']>;
  /** Collecting garbage included. */
  readonly mean: number;
  /** Of it, copying the images of the batch once to where a device reads them. */
  readonly copy: number;
}

/** Untimed at first: engines compile, shaders are translated, the tape is recorded. */
const WARM_UP = 10;

/**
 * Processor time, of all threads, of steps and predictions on WebGPU without a GPU: compiled, and op by op.
 * One that does not fit is named and left out.
 *
 * @param rounds of each
 */
export async function timeOverhead(
  spec: NetworkSpec,
  batch: number,
  rounds: number,
): Promise<Overhead[]> {
  const found: Overhead[] = [];
  for (const task of ['step', 'predict'] as const) {
    for (const way of ['compiled', 'op by op'] as const) {
      try {
        // Opened anew for each: what tfjs keeps of one would leave no memory for the next.
        const tf = await openNullWebgpu();
        const { run, imageBytes, dispose } = networkWork(tf, task, spec, batch, { way });
        const images = new Uint8Array(imageBytes).fill(1);
        const target = images.slice();
        const { times, copies } = await timeInTurns(rounds, run, () => target.set(images));
        dispose();
        found.push({
          task,
          way,
          ...timingOf(times),
          mean: meanOf(times),
          copy: meanOf(copies),
        });
      } catch (error) {
        say(`${task}, ${way} left out: ${oneLine(error)}`);
      }
    }
  }
  if (found.length === 0) throw new Error('nothing could be timed');
  return found;
}

/** Of `work` and, in turns with it, of `copy`. */
async function timeInTurns(
  rounds: number,
  work: () => Promise<void>,
  copy: () => void,
): Promise<{ readonly times: readonly number[]; readonly copies: readonly number[] }> {
  const times: number[] = [];
  const copies: number[] = [];
  for (let i = 0; i < WARM_UP + rounds; i++) {
    const copied = await processorTime(copy);
    const worked = await processorTime(work);
    if (i < WARM_UP) continue;
    copies.push(copied);
    times.push(worked);
  }
  return { times, copies };
}

async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
