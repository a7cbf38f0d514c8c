import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  type CoordinatorMessage,
  createCoordinator,
  joinCoordinator,
  type Membership,
  type WorkerEnd,
} from '../src/node.js';

// Of its waits a millisecond passes whenever nothing has come.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
const pass = async (milliseconds = 1) => {
  await new Promise((resolve) => setImmediate(resolve));
  await vi.advanceTimersByTimeAsync(milliseconds);
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
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
async function join(
  port: number,
  node: number,
  nodes = { least: 2, most: 2 },
  processes = 1,
  local = { first: 0, count: processes },
) {
  const told: CoordinatorMessage[] = [];
  const lost: boolean[] = [];
  const endpoint = { host: '127.0.0.1', port };
  const { link, address }: Membership = await joinCoordinator(
    { node, processes, nodes, local },
    endpoint,
    1000,
    {
      message: (message) => void told.push(message),
      lost: (silent) => void lost.push(silent),
      signal: new AbortController().signal,
    },
  );
  expect(address).toBe('127.0.0.1');
  closing.push(() => link.close());
  const next = async <T extends CoordinatorMessage['type']>(type: T) => {
    for (;;) {
      const at = told.findIndex((message) => message.type === type);
      if (at >= 0) return told.splice(at, 1)[0] as Extract<CoordinatorMessage, { type: T }>;
      await pass();
    }
  };
  return { link, next, told, lost };
}

type Launcher = Awaited<ReturnType<typeof join>>;

/** All say that what they started has ended, once they are told to stop it. */
async function stopAll(launchers: readonly Launcher[]) {
  for (const { link, next } of launchers) link.send({ ...(await next('stop')), type: 'stopped' });
}

const end = (rank: number, how: Partial<WorkerEnd>): WorkerEnd => ({
  ...{ rank, code: null, signal: null, message: null, byPeer: false },
  ...how,
});

it('starts all once they are there, passes on what they say, and ends when all have ended', async () => {
  const { port } = await coordinator();
  const b = await join(port, 1, undefined, 1, { first: 1, count: 2 });
  const a = await join(port, 0, undefined, 1, { first: 0, count: 2 });
  expect(await a.next('start')).toMatchObject({ round: 1, firstRank: 0, size: 2, machines: 1 });
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
    await stopAll([a, b]);
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
  await stopAll([a, b]);
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

it('hears nothing before all have spoken, nothing of another round, and every key for itself', async () => {
  const { port } = await coordinator();
  const a = await join(port, 0, undefined, 2);
  const b = await join(port, 1);
  expect(await b.next('start')).toMatchObject({ firstRank: 2, size: 3, machines: 2 });
  const say = (rank: number, key: string, value: string, round = 1) =>
    a.link.send({ type: 'say', round, rank, key, value });
  say(2, 'port', 'c');
  say(0, 'port', 'a');
  say(1, 'host', 'x');
  say(1, 'port', 'of yesterday', 0);
  for (let i = 0; i < 20; i++) await pass();
  expect(b.told.filter(({ type }) => type === 'heard')).toEqual([]);
  say(1, 'port', 'b');
  expect(await b.next('heard')).toMatchObject({ key: 'port', values: ['a', 'b', 'c'] });
  say(0, 'host', 'y');
  say(2, 'host', 'z');
  expect((await a.next('heard')).key).toBe('port');
  expect(await a.next('heard')).toMatchObject({ key: 'host', values: ['y', 'x', 'z'], round: 1 });
});

it('an interrupt is passed on once; before the start it ends the run', async () => {
  const early = await coordinator();
  const alone = await join(early.port, 1);
  alone.link.send({ type: 'interrupt' });
  expect(await alone.next('end')).toMatchObject({ code: 130, message: null });
  expect((await (await join(early.port, 0)).next('refused')).message).toBe('the run has ended');

  const { port } = await coordinator();
  const [a, b] = [await join(port, 0), await join(port, 1)];
  await a.next('start');
  for (const { link } of [a, b]) link.send({ type: 'interrupt' });
  await a.next('interrupt');
  b.link.send({ type: 'ended', round: 1, end: end(1, { signal: 'SIGKILL' }) });
  await stopAll([a, b]);
  // It is not started anew.
  expect(await a.next('end')).toMatchObject({ code: 130, message: null });
  expect(a.told.filter(({ type }) => type === 'interrupt' || type === 'note')).toEqual([]);
});

it('a machine that has gone is named, and waited for', async () => {
  const { port } = await coordinator();
  const [a, b] = [await join(port, 0), await join(port, 1)];
  await a.next('start');
  b.link.close();
  await stopAll([a]);
  expect((await a.next('note')).text).toMatch(
    /^machine 1 \(.+\) has gone: going back to the last checkpoint, restart 1 of 1$/,
  );
  const back = await join(port, 1);
  expect(await back.next('start')).toMatchObject({ round: 2, firstRank: 1, size: 2 });
});

it('with fewer allowed it waits ten seconds for the others; one that comes later is not in the round', async () => {
  const nodes = { least: 1, most: 3 };
  const { port } = await coordinator(nodes);
  const a = await join(port, 2, nodes);
  const b = await join(port, 0, nodes);
  // Ten seconds after the last came.
  for (let i = 0; i < 20; i++) await pass();
  await pass(9_900);
  expect(a.told).toEqual([]);
  await pass(100);
  expect(await a.next('start')).toMatchObject({ firstRank: 1, size: 2, machines: 2 });
  const late = await join(port, 1, nodes);
  late.link.close();
  for (const [rank, { link }] of [b, a].entries()) {
    link.send({ type: 'ended', round: 1, end: end(rank, { code: 0 }) });
  }
  expect(await b.next('end')).toMatchObject({ code: 0, message: null });
  expect(late.told).toEqual([]);
});

it('gives up after ten minutes, and says who is missing', async () => {
  const nodes = { least: 3, most: 3 };
  const { port } = await coordinator(nodes);
  const a = await join(port, 1, nodes);
  for (let i = 0; i < 20; i++) await pass();
  await pass(599_000);
  expect(a.told).toEqual([]);
  await pass(1000);
  expect(await a.next('end')).toMatchObject({
    code: 1,
    message: 'machine 0, 2 did not come within 10 minutes',
  });
});

it.each([
  ['a process that fails', { code: 3 }, 'exit code 3', 3],
  ['processes that lost each other', { code: 1, byPeer: true }, 'lost each other, after 0', 1],
  ['one that was killed', { signal: 'SIGTERM' }, 'was ended by SIGTERM, after 0 restarts', 1],
])('with no restart left, %s ends the run', async (_, how, message, code) => {
  const nodes = { least: 1, most: 1 };
  const { port } = await coordinator(nodes, 0);
  const a = await join(port, 0, nodes, 2);
  await a.next('start');
  a.link.send({ type: 'ended', round: 1, end: end(0, { code: 130 }) });
  a.link.send({ type: 'ended', round: 1, end: end(1, how) });
  await stopAll([a]);
  const said = await a.next('end');
  expect([said.code, said.message]).toEqual([code, expect.stringContaining(message)]);
  // Of one machine its name says nothing.
  expect(said.message).not.toContain(' on ');
});

it('what rank 0 fails with it has said itself', async () => {
  const nodes = { least: 1, most: 1 };
  const { port } = await coordinator(nodes, 0);
  const a = await join(port, 0, nodes);
  a.link.send({ type: 'ended', round: 1, end: end(0, { code: 2, message: 'said already' }) });
  await stopAll([a]);
  expect(await a.next('end')).toMatchObject({ code: 2, message: null });
});

it('another program on its port, another version, and no port to listen at', async () => {
  const { port } = await coordinator();
  const stranger = connect({ host: '127.0.0.1', port });
  const closed = new Promise((resolve) => stranger.once('close', resolve));
  stranger.end('GET / HTTP/1.1\n\n');
  await closed;
  const old = await join(port, 5);
  expect(old.told).toEqual([]);
  const newer = await join(port, 1, { least: 1, most: 2 });
  expect((await newer.next('refused')).message).toBe(
    'machine 1 counts on 1 to 2 machines, machine 0 on 2 machines',
  );
  newer.link.send({
    ...{ type: 'join', protocol: 0, node: 1 },
    ...{ processes: 1, isFirst: true, least: 2, most: 2, name: '' },
  } as never);
  expect((await newer.next('refused')).message).toMatch('different versions of alexnet');
  await expect(
    createCoordinator({
      listen: { host: '203.0.113.1', port: 1 },
      nodes: { least: 1, most: 1 },
      maxRestarts: 0,
    }),
  ).rejects.toThrow('203.0.113.1 is no address of this machine, where machine 0 has to listen');
});

it('tries again until somebody answers, as long as it has patience', async () => {
  const { port, close } = await coordinator();
  await close();
  const on = {
    message: () => undefined,
    lost: () => undefined,
    signal: AbortSignal.abort(new Error('no longer wanted')),
  };
  const local = { first: 0, count: 1 };
  const placement = { node: 0, processes: 1, nodes: { least: 1, most: 1 }, local };
  const endpoint = { host: '127.0.0.1', port };
  await expect(joinCoordinator(placement, endpoint, 1000, on)).rejects.toThrow('no longer wanted');
  const { signal } = new AbortController();
  await expect(joinCoordinator(placement, endpoint, -1, { ...on, signal })).rejects.toMatchObject({
    code: 'bad-world',
    message: `nobody answers at 127.0.0.1:${port}, where machine 0 should be`,
  });
  const trying = joinCoordinator(placement, endpoint, 60_000, { ...on, signal });
  for (let i = 0; i < 20; i++) await pass();
  const late = await createCoordinator({
    listen: endpoint,
    nodes: placement.nodes,
    maxRestarts: 0,
  });
  closing.push(() => late.close());
  let done = false;
  trying.then(({ link }) => {
    done = true;
    closing.push(() => link.close());
  });
  while (!done) await pass(10);
});
