import { afterEach, expect, it } from 'vitest';
import {
  type CoordinatorMessage,
  createCoordinator,
  joinCoordinator,
  type Membership,
  type WorkerEnd,
} from '../src/node.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function coordinator(nodes = { least: 2, most: 2 }, maxRestarts = 1) {
  const made = await createCoordinator({
    listen: { host: '127.0.0.1', port: 0 },
    nodes,
    maxRestarts,
  });
  closing.push(() => made.close());
  return made;
}

/** A launcher, and what it is told, each message once. */
async function join(port: number, node: number, nodes = { least: 2, most: 2 }) {
  const told: CoordinatorMessage[] = [];
  let wake = () => {};
  const endpoint = { host: '127.0.0.1', port };
  const { link }: Membership = await joinCoordinator(
    { node, processes: 1, nodes },
    endpoint,
    1000,
    {
      message: (message) => {
        told.push(message);
        wake();
      },
      lost: () => undefined,
      signal: new AbortController().signal,
    },
  );
  closing.push(() => link.close());
  const next = async <T extends CoordinatorMessage['type']>(type: T) => {
    for (;;) {
      const at = told.findIndex((message) => message.type === type);
      if (at >= 0) return told.splice(at, 1)[0] as Extract<CoordinatorMessage, { type: T }>;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { link, next };
}

const end = (rank: number, how: Partial<WorkerEnd>): WorkerEnd => ({
  ...{ rank, code: null, signal: null, message: null, byPeer: false },
  ...how,
});

it('starts all once they are there, passes on what they say, and ends when all have ended', async () => {
  const { port } = await coordinator();
  const b = await join(port, 1);
  const a = await join(port, 0);
  expect(await a.next('start')).toMatchObject({ round: 1, firstRank: 0, size: 2, nodes: 2 });
  expect(await b.next('start')).toMatchObject({ firstRank: 1 });
  b.link.send({ type: 'say', round: 1, rank: 1, key: 'seed', value: '2' });
  a.link.send({ type: 'say', round: 1, rank: 0, key: 'seed', value: '1' });
  expect((await b.next('heard')).values).toEqual(['1', '2']);
  for (const [rank, { link }] of [a, b].entries()) {
    link.send({ type: 'ended', round: 1, end: end(rank, { code: rank * 130 }) });
  }
  expect(await a.next('end')).toMatchObject({ code: 130 });
});

it('stops the others when one is killed, starts anew so often, and names who it was', async () => {
  const { port } = await coordinator();
  const a = await join(port, 0);
  const b = await join(port, 1);
  for (const round of [1, 2]) {
    await a.next('start');
    b.link.send({ type: 'ended', round, end: end(1, { signal: 'SIGKILL' }) });
    a.link.send({
      type: 'ended',
      round,
      end: end(0, { code: 1, byPeer: round === 1, message: 'gone' }),
    });
    for (const { link, next } of [a, b]) link.send({ ...(await next('stop')), type: 'stopped' });
    if (round === 1)
      expect((await a.next('note')).text).toMatch(/^rank 1 on .+ SIGKILL: going back/);
  }
  const { code, message } = await a.next('end');
  expect([code, message]).toEqual([
    1,
    expect.stringMatching(/rank 1 on .+SIGKILL, after 1 restarts/),
  ]);
});

it('does not start anew what fails by itself, and says of whom', async () => {
  const { port } = await coordinator();
  const a = await join(port, 0);
  const b = await join(port, 1);
  await b.next('start');
  b.link.send({ type: 'ended', round: 1, end: end(1, { code: 1, message: 'no space left' }) });
  for (const { link, next } of [a, b]) link.send({ ...(await next('stop')), type: 'stopped' });
  expect((await a.next('end')).message).toMatch(/^rank 1 on .+: no space left$/);
});

it('refuses another run on its port, another number of machines, and the same machine twice', async () => {
  const { port } = await coordinator();
  const again = createCoordinator({
    listen: { host: '127.0.0.1', port },
    nodes: { least: 1, most: 1 },
    maxRestarts: 0,
  });
  await expect(again).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
  await join(port, 0);
  const twice = await join(port, 0);
  expect((await twice.next('refused')).message).toMatch('machine 0 is there already');
  const other = await join(port, 1, { least: 3, most: 3 });
  expect((await other.next('refused')).message).toBe(
    'machine 1 counts on 3 machines, machine 0 on 2 machines',
  );
});
