import { type KernelTime, selectBackend, setPrecision, timeKernels } from '@alexnet/backend/node';
import { type ComparedWork, networkWork } from './network-work.js';
import { quantile } from './statistics.js';

/** What one kernel takes of a step or a prediction. */
export interface KernelShare {
  readonly kernel: string;
  /** Of its output. */
  readonly shape: readonly number[];
  /** Calls in one step or prediction. */
  readonly calls: number;
  /** All of them together, the median of the rounds. */
  readonly milliseconds: number;
}

/** Untimed at first: shaders are compiled. */
const WARM_UP = 2;

/**
 * Where the time of a step or a prediction on WebGPU goes, op by op, longest first, by the GPU's own clock.
 *
 * @param rounds of which the median is taken
 */
export async function timeEveryKernel(
  { task, spec, batch, precision }: ComparedWork,
  rounds: number,
): Promise<{ readonly device: string; readonly kernels: readonly KernelShare[] }> {
  const { tf, device } = await selectBackend({ require: 'webgpu' });
  setPrecision(tf, precision);
  const { run, dispose } = networkWork(tf, task, spec, batch, { way: 'op by op' });
  for (let i = 0; i < WARM_UP; i++) await run();
  const all: KernelTime[][] = [];
  for (let i = 0; i < rounds; i++) all.push(await timeKernels(tf, run));
  dispose();
  return { device, kernels: sharesOf(all) };
}

/** Programs of one name and shape together. */
export function sharesOf(rounds: readonly (readonly KernelTime[])[]): KernelShare[] {
  const found = new Map<string, { readonly first: KernelTime; readonly totals: number[] }>();
  const calls = new Map<string, number>();
  rounds.forEach((kernels, round) => {
    for (const kernel of kernels) {
      const key = `${kernel.kernel} ${kernel.shape}`;
      const own = found.get(key) ?? { first: kernel, totals: rounds.map(() => 0) };
      found.set(key, own);
      own.totals[round] = (own.totals[round] as number) + kernel.milliseconds;
      if (round === 0) calls.set(key, (calls.get(key) ?? 0) + 1);
    }
  });
  return [...found]
    .map(([key, { first, totals }]) => ({
      kernel: first.kernel,
      shape: first.shape,
      calls: calls.get(key) ?? 0,
      milliseconds: quantile(
        totals.sort((a, b) => a - b),
        0.5,
      ),
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
