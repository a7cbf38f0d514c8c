import { availableParallelism, cpus } from 'node:os';

/** "AMD EPYC 9B14, 2 threads" */
export function processorName(): string {
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || `${process.arch} processor`;
  const threads = availableParallelism();
  return `${model}, ${threads} thread${threads === 1 ? '' : 's'}`;
}
