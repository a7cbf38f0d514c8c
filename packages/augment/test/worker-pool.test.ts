import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { END, type Job, type WorkerMessage } from '../src/loader/messages.js';
import { createWorkerPool, type WorkerDeath } from '../src/loader/worker-pool.js';

/** A worker that does nothing of itself: it keeps what it is told, and says what the test has it say. */
class FakeWorker extends EventEmitter {
  readonly jobs: (Job | typeof END)[] = [];
  kept = true;
  terminated = false;
  postMessage = (job: Job | typeof END) => this.jobs.push(job);
  ref = () => {
    this.kept = true;
  };
  unref = () => {
    this.kept = false;
  };
  terminate = async () => {
    this.terminated = true;
  };
  say = (message: WorkerMessage) => this.emit('message', message);
}

const job = (first: number): Job => ({ slot: 0, epoch: 0, first, indices: new Uint32Array() });
const result = (id: string) => ({
  labels: new Int32Array(),
  targets: new Float32Array(),
  ids: [id],
  skipped: [],
});

function makePool(count: number) {
  const workers: FakeWorker[] = [];
  const deaths: WorkerDeath[] = [];
  const pool = createWorkerPool(
    count,
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
    (death) => deaths.push(death),
  );
  return { pool, workers, deaths };
}

it('gives each worker that is ready one job at a time, in the order they come', async () => {
  const { pool, workers } = makePool(2);
  const [one, two] = workers as [FakeWorker, FakeWorker];
  const batches = [0, 1, 2].map((first) => pool.run(job(first)));
  expect([one.jobs, two.jobs]).toEqual([[], []]);
  two.say({ type: 'ready' });
  one.say({ type: 'ready' });
  expect([two.jobs, one.jobs]).toEqual([[job(0)], [job(1)]]);
  one.say({ type: 'done', result: result('b') });
  expect([two.jobs, one.jobs]).toEqual([[job(0)], [job(1), job(2)]]);
  two.say({ type: 'done', result: result('a') });
  one.say({ type: 'done', result: result('c') });
  const ids = (await Promise.all(batches)).flatMap((batch) => batch.ids);
  expect(ids).toEqual(['a', 'b', 'c']);
});

it('keeps the program alive with busy workers only', () => {
  const { pool, workers } = makePool(1);
  const [worker] = workers as [FakeWorker];
  worker.say({ type: 'ready' });
  expect(worker.kept).toBe(false);
  void pool.run(job(0));
  expect(worker.kept).toBe(true);
  worker.say({ type: 'done', result: result('a') });
  expect(worker.kept).toBe(false);
});

it('replaces a worker that dies, once, and makes its batch before all others', () => {
  const { pool, workers, deaths } = makePool(1);
  workers[0]?.say({ type: 'ready' });
  for (const first of [0, 4]) pool.run(job(first)).catch(() => {});
  workers[0]?.emit('error', new Error('out of memory'));
  workers[0]?.emit('exit', 1);
  expect(deaths).toEqual([{ reason: 'out of memory', first: 0 }]);
  expect(workers).toHaveLength(2);
  workers[1]?.say({ type: 'ready' });
  expect(workers[1]?.jobs).toEqual([job(0)]);
  workers[1]?.say({ type: 'done', result: result('a') });
  expect(workers[1]?.jobs).toEqual([job(0), job(4)]);
});

it('gives up at the sixth death in a row, and forgets deaths once a batch is made', async () => {
  const { pool, workers, deaths } = makePool(1);
  const die = () => workers.at(-1)?.emit('exit', 9);
  for (let i = 0; i < 5; i++) die();
  expect(workers).toHaveLength(6);
  workers[5]?.say({ type: 'ready' });
  const made = pool.run(job(0));
  workers[5]?.say({ type: 'done', result: result('a') });
  await made;
  for (let i = 0; i < 5; i++) die();
  expect(workers).toHaveLength(11);
  const lost = pool.run(job(1));
  die();
  await expect(lost).rejects.toThrow('loader workers keep dying, the last one of: exit code 9');
  expect(deaths).toEqual(Array(11).fill({ reason: 'exit code 9', first: null }));
  expect(workers).toHaveLength(11);
  await expect(pool.run(job(2))).rejects.toThrow('keep dying');
});

it('rejects all jobs with what a worker says has failed', async () => {
  const { pool, workers } = makePool(1);
  workers[0]?.say({ type: 'ready' });
  const [begun, queued] = [pool.run(job(0)), pool.run(job(1))];
  workers[0]?.say({ type: 'failed', message: 'no such data' });
  await expect(begun).rejects.toThrow('no such data');
  await expect(queued).rejects.toThrow('no such data');
});

it('leaves jobs that are begun when the rest is canceled', async () => {
  const { pool, workers } = makePool(1);
  workers[0]?.say({ type: 'ready' });
  const [begun, queued] = [pool.run(job(0)), pool.run(job(1))];
  pool.cancelQueued();
  await expect(queued).rejects.toThrow('the epoch was left');
  workers[0]?.say({ type: 'done', result: result('a') });
  expect((await begun).ids).toEqual(['a']);
  expect(workers[0]?.jobs).toEqual([job(0)]);
});

it('lets workers finish their batch when it is closed, and replaces none', async () => {
  const { pool, workers, deaths } = makePool(2);
  workers[0]?.say({ type: 'ready' });
  const begun = pool.run(job(0));
  const failed = expect(begun).rejects.toThrow('the loader is closed');
  const closed = pool.close();
  await failed;
  expect(workers[0]?.jobs).toEqual([job(0), END]);
  workers[0]?.say({ type: 'done', result: result('late') });
  workers[0]?.emit('exit', 0);
  await closed;
  // The other one had not opened its source yet.
  expect(workers.map(({ terminated }) => terminated)).toEqual([false, true]);
  expect([workers.length, deaths]).toEqual([2, []]);
});
