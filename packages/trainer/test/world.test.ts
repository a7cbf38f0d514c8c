import type { Batch } from '@alexnet/augment';
import type { Weight } from '@alexnet/model';
import { expect, test } from 'vitest';
import { createWorld } from '../src/node.js';
import { agree, meet } from '../src/world/meet.js';
import { ALONE, type World } from '../src/world/world.js';
import { collectivesBy, inLockstep } from './in-lockstep.js';
import { tf } from './tiny.js';

const together = <T>(size: number, run: (world: World) => T) =>
  inLockstep(size, (rank, exchange) =>
    run(createWorld({ rank, size }, collectivesBy(tf, exchange))),
  );

const weightsOf = (...entries: [string, number[]][]): ReadonlyMap<string, Weight> =>
  new Map(
    entries.map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
  );

test('all hear what each says, of any length', async () => {
  const values = [{ a: 'x' }, 'a longer one'.repeat(40), null];
  const heard = await together(3, (world) => world.gather(values[world.rank]));
  expect(heard).toEqual([values, values, values]);
});

test('weights of the first become those of all, bit for bit, in whatever order they are held', async () => {
  const held = await together(3, (world) => {
    const own =
      world.rank === 0
        ? weightsOf(['a', [1.5, -0, Number.NaN]], ['b', [-2]])
        : weightsOf(['b', [world.rank]], ['a', [7, 7, 7]]);
    world.broadcast(own);
    world.requireSame('weights', new Map([...own].sort()));
    return [...(own.get('a')?.data ?? []), ...(own.get('b')?.data ?? [])];
  });
  for (const values of held) expect(values).toEqual([1.5, -0, Number.NaN, -2]);
});

test.each([
  ['another value', (rank: number) => weightsOf(['a', [1, rank === 2 ? 2 : 1]])],
  ['another sign of zero', (rank: number) => weightsOf(['a', [rank === 2 ? -0 : 0]])],
  ['another name', (rank: number) => weightsOf([rank === 2 ? 'b' : 'a', [1]])],
])('the rank that differs is named: %s', async (_, held) => {
  await expect(
    together(3, (world) => world.requireSame('velocities', held(world.rank))),
  ).rejects.toMatchObject({
    code: 'ranks-differ',
    message: expect.stringMatching(/^the velocities of rank 2 are not those of rank 0/),
  });
});

const batch = (images: number, broken: readonly string[] = []) =>
  ({
    labels: new Int32Array(images),
    skipped: broken.map((id) => ({ id, reason: 'torn' })),
  }) as unknown as Batch;
const REASONS = ['interrupted', 'out of steps', 'out of time'] as const;

test.each<[(typeof REASONS)[number] | null, ((typeof REASONS)[number] | null)[]]>([
  [null, [null, null, null]],
  ['out of time', [null, null, 'out of time']],
  ['interrupted', ['out of time', 'interrupted', 'out of steps']],
])('before a step: shares, what was skipped, why to stop (%s)', async (reason, own) => {
  const batches = [batch(3), batch(0, ['5.png', '6.png']), batch(2, ['9.png'])];
  const met = await together(3, (world) => [
    meet(world, batches[world.rank] as Batch, own[world.rank] ?? null, REASONS),
    agree(world, own[world.rank] ?? null, REASONS),
  ]);
  const skipped = batches.flatMap((each) => each.skipped);
  for (const [rank, before] of [0, 3, 3].entries()) {
    expect(met[rank]).toEqual([{ whole: { images: 5, before }, skipped, reason }, reason]);
  }
});

test('nobody broken: nothing is gathered', async () => {
  const met = await together(2, (world) => {
    const silent = { ...world, gather: () => expect.unreachable('there is nothing to say') };
    return meet(silent as World, batch(1 + world.rank), null, REASONS);
  });
  expect(met[1]).toEqual({ whole: { images: 3, before: 1 }, skipped: [], reason: null });
});

test('one alone has nobody to ask', () => {
  const own = batch(4, ['1.png']);
  expect(meet(ALONE, own, 'interrupted', REASONS)).toEqual({
    whole: { images: 4, before: 0 },
    skipped: own.skipped,
    reason: 'interrupted',
  });
  expect(agree(ALONE, 'out of time', REASONS)).toBe('out of time');
  expect(ALONE.gather(5)).toEqual([5]);
  expect(ALONE.takeTimes()).toEqual({ busyMs: 0, waitMs: 0 });
});
