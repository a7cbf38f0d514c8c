import type { Worker } from 'node:worker_threads';
import { END, type Job, type JobResult, type WorkerMessage } from './messages.js';

/** A worker that died; its batch is made again by another. */
export interface WorkerDeath {
  readonly reason: string;
  /** Position in the epoch of the first image of the batch it was making, if any. */
  readonly first: number | null;
}

export interface WorkerPool {
  /** Makes one batch. Rejects when the source fails, workers keep dying, or the pool is closed. */
  run(job: Job): Promise<JobResult>;
  /** Rejects jobs no worker has begun. */
  cancelQueued(): void;
  /** Ends the workers, each when the batch it is making is done. */
  close(): Promise<void>;
}

interface Task {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly worker: Worker;
  ready: boolean;
  task: Task | null;
}

/** Deaths in a row, without a batch in between, that are taken for a fault that will not go away. */
const MAX_DEATHS = 5;

/**
 * Keeps `count` workers busy with jobs in the order they come. A worker that dies is replaced and its
 * job goes first.
 *
 * @param start Starts one worker.
 */
export function createWorkerPool(
  count: number,
  start: () => Worker,
  onDeath: (death: WorkerDeath) => void,
): WorkerPool {
  const members = new Set<Member>();
  const queue: Task[] = [];
  let deaths = 0;
  let failure: Error | null = null;

  const assign = () => {
    for (const member of members) {
      if (!member.ready || member.task !== null) continue;
      const task = queue.shift();
      // Idle workers must not keep a program alive that is otherwise done; busy ones must.
      if (task === undefined) {
        member.worker.unref();
        continue;
      }
      member.worker.ref();
      member.task = task;
      member.worker.postMessage(task.job);
    }
  };
  const fail = (error: Error) => {
    failure ??= error;
    for (const member of members) member.task?.reject(failure);
    for (const task of queue.splice(0)) task.reject(failure);
  };
  const replace = (member: Member, reason: string) => {
    if (!members.delete(member) || failure !== null) return;
    const { task } = member;
    if (task !== null) queue.unshift(task);
    onDeath({ reason, first: task?.job.first ?? null });
    if (++deaths > MAX_DEATHS)
      fail(new Error(`loader workers keep dying, the last one of: ${reason}`));
    else hire();
  };
  const hire = () => {
    const worker = start();
    const member: Member = { worker, ready: false, task: null };
    members.add(member);
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'failed') {
        fail(new Error(message.message));
        return;
      }
      if (message.type === 'done') {
        deaths = 0;
        member.task?.resolve(message.result);
        member.task = null;
      } else member.ready = true;
      assign();
    });
    // An uncaught error, running out of memory among them, comes before the exit it causes.
    worker.on('error', (error) => replace(member, error.message));
    worker.on('exit', (code) => replace(member, `exit code ${code}`));
  };
  for (let i = 0; i < count; i++) hire();

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (failure !== null) reject(failure);
        else {
          queue.push({ job, resolve, reject });
          assign();
        }
      }),
    cancelQueued: () => {
      for (const task of queue.splice(0)) task.reject(new Error('the epoch was left'));
    },
    close: async () => {
      fail(new Error('the loader is closed'));
      const present = [...members];
      members.clear();
      await Promise.all(present.map(end));
    },
  };
}

/**
 * A worker that is stopped while a decoder of its own works takes the whole process with it: sharp throws
 * where nothing can catch it. One that opens its source decodes nothing yet.
 */
async function end({ worker, ready }: Member): Promise<void> {
  if (!ready) {
    await worker.terminate();
    return;
  }
  await new Promise<void>((resolve) => {
    worker.on('exit', () => resolve());
    worker.ref();
    worker.postMessage(END);
  });
}
