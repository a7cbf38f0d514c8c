import type { BackendName } from '@alexnet/backend/node';
import { selectBackend, setPrecision } from '@alexnet/backend/node';
import { Bench } from 'tinybench';
import { oneLine } from '../failure.js';
import { say } from '../say.js';
import { type ComparedWork, networkWork } from './network-work.js';
import type { RuntimeTiming } from './runtime-timing.js';
import { timingOf } from './statistics.js';

/** Untimed at first: kernels are compiled, thread pools start, weights move to the device. */
const WARM_UP_MS = 500;
/** Fewer say nothing of the spread. */
const LEAST_SAMPLES = 5;

/** Times `task` on one backend after the other in this process; one that does not work is named and left out. */
export async function timeBackends(
  names: readonly BackendName[],
  work: ComparedWork,
  seconds: number,
): Promise<RuntimeTiming[]> {
  const timings: RuntimeTiming[] = [];
  for (const name of names) {
    try {
      timings.push(await timeBackend(name, work, seconds));
    } catch (error) {
      say(`${name} left out: ${oneLine(error)}`);
    }
  }
  return timings;
}

async function timeBackend(
  name: BackendName,
  work: ComparedWork,
  seconds: number,
): Promise<RuntimeTiming> {
  const { tf, device } = await selectBackend({ require: name });
  setPrecision(tf, work.precision);
  const { run, dispose } = networkWork(tf, work.task, work.spec, work.batch);
  try {
    const bench = new Bench({
      time: 1000 * seconds,
      iterations: LEAST_SAMPLES,
      warmupTime: WARM_UP_MS,
      warmupIterations: 1,
      retainSamples: true,
      throws: true,
    });
    const [task] = await bench.add(name, run, { async: true }).run();
    const result = task?.result;
    if (result?.state !== 'completed') throw new Error('it was not timed');
    return {
      name,
      runtime: `${device}, ${work.precision}`,
      ...timingOf(result.latency.samples ?? []),
    };
  } finally {
    dispose();
  }
}
