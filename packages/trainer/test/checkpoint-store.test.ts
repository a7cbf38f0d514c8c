import {
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '@alexnet/convert';
import { writeAtomically } from '@alexnet/files/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { INITIAL_STATE, type Snapshot } from '../src/index.js';
import { openCheckpointStore, openMetricsLog, type TensorCodec } from '../src/node.js';

const codec: TensorCodec = {
  encode(tensors, metadata) {
    const stored = new Map<string, SafetensorsTensor>();
    for (const [name, { shape, data }] of tensors) {
      stored.set(name, { dtype: 'F32', shape, data: new Uint8Array(data.buffer) });
    }
    return encodeSafetensors(stored, new Map(Object.entries(metadata)));
  },
  decode(bytes) {
    const { tensors, metadata } = decodeSafetensors(bytes);
    return {
      tensors: new Map(
        [...tensors].map(([name, { shape, data }]) => [
          name,
          { shape, data: new Float32Array(new Uint8Array(data).buffer) },
        ]),
      ),
      metadata: Object.fromEntries(metadata),
    };
  },
};
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true }));

function snapshotAt(globalStep: number): Snapshot {
  const weight = { shape: [2], data: Float32Array.of(globalStep, 0.1) };
  return {
    state: { ...INITIAL_STATE, globalStep },
    weights: new Map([['fc8.bias', weight]]),
    velocities: new Map([['fc8.bias', { shape: [2], data: Float32Array.of(-1, globalStep) }]]),
    average: null,
  };
}

test('a checkpoint says what run it is of', async () => {
  const store = await openCheckpointStore(folder, codec, { seed: 7, recipe: 'quick' });
  const { metadata } = codec.decode(await readFile(await store.save(snapshotAt(3), null)));
  expect(JSON.parse(metadata['alexnet.checkpoint'] ?? '')).toMatchObject({
    about: { seed: 7, recipe: 'quick' },
    state: { globalStep: 3 },
  });
});

test('what was saved last comes back, to the bit', async () => {
  const store = await openCheckpointStore(folder, codec);
  expect(await store.newest()).toEqual({ snapshot: null, rejected: [] });
  await store.save(snapshotAt(3), null);
  await store.save(snapshotAt(7), null);
  const again = await openCheckpointStore(folder, codec);
  expect((await again.newest()).snapshot).toEqual(snapshotAt(7));
});

test('the last two and the best are kept, over a resume too, without leftovers', async () => {
  const save = async (step: number, top1: number | null) =>
    (await openCheckpointStore(folder, codec)).save(snapshotAt(step), top1);
  await save(1, 0.2);
  await save(2, 0.6);
  await save(3, 0.5);
  await save(4, null);
  // What a process killed in the middle of a write leaves.
  await writeFile(join(folder, 'step-00000005.safetensors.4242.tmp'), 'half');
  await save(5, 0.4);
  expect((await readdir(folder)).sort()).toEqual([
    'step-00000002-top1-0.6000.safetensors',
    'step-00000004.safetensors',
    'step-00000005-top1-0.4000.safetensors',
  ]);
});

test.each([
  ['cut short', (path: string) => truncate(path, 40)],
  [
    'altered',
    async (path: string) => {
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      await writeFile(path, bytes);
    },
  ],
])('a checkpoint that was %s is passed over for the one before', async (_, damage) => {
  const store = await openCheckpointStore(folder, codec);
  await store.save(snapshotAt(1), null);
  await damage(await store.save(snapshotAt(2), null));
  const { snapshot, rejected } = await store.newest();
  expect(snapshot).toEqual(snapshotAt(1));
  expect(rejected).toHaveLength(1);
  expect(rejected[0]?.file).toMatch(/step-00000002/);
});

test('a write that fails leaves the old file and no temporary one', async () => {
  const path = join(folder, 'weights');
  await writeAtomically(path, 'old');
  await expect(writeAtomically(path, 5 as unknown as string)).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['weights']);
  expect(await readFile(path, 'utf8')).toBe('old');
});

test('metrics after the checkpoint and half-written lines are dropped on resume', async () => {
  const path = join(folder, 'metrics.jsonl');
  const log = openMetricsLog(path);
  for (const step of [1, 2, 3]) {
    await log.append({
      kind: 'step',
      step,
      epoch: 1,
      loss: 1,
      accuracy: 0.5,
      learningRate: 0.1,
      imagesPerSecond: 9,
      wait: 0,
    });
  }
  await writeFile(path, '{"kind":"st', { flag: 'a' });
  await log.rewindTo({ globalStep: 2, step: 2 });
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2]);
});

test('metrics that cannot be read are not replaced by none', async () => {
  const path = join(folder, 'metrics.jsonl');
  // As a link to a disk that is not there just now.
  await symlink('metrics.jsonl', path);
  await expect(openMetricsLog(path).rewindTo({ globalStep: 2, step: 2 })).rejects.toThrow('ELOOP');
  expect(await readlink(path)).toBe('metrics.jsonl');
});

test.each([
  ['before its validation', 2, ['step 1', 'step 2']],
  ['after its validation', 0, ['step 1', 'step 2', 'epoch 2']],
])('resumed at the end of an epoch %s, that line is written once', async (_, step, kept) => {
  const path = join(folder, 'metrics.jsonl');
  const kinds = ['step 1', 'step 2', 'epoch 2', 'evaluation 2'];
  const lines = kinds.map((text) => {
    const [kind, at] = text.split(' ');
    return `${JSON.stringify({ kind, step: Number(at) })}\n`;
  });
  await writeFile(path, lines.join(''));
  await openMetricsLog(path).rewindTo({ globalStep: 2, step });
  const left = (await readFile(path, 'utf8')).trim().split('\n');
  expect(left.map((line) => Object.values(JSON.parse(line)).join(' '))).toEqual(kept);
});

test('of two checkpoints at the same step the one after validation counts', async () => {
  const store = await openCheckpointStore(folder, codec);
  const validated = snapshotAt(8);
  const before = { ...validated, state: { ...validated.state, step: 8 } };
  await store.save(before, null);
  await store.save(validated, 0.5);
  expect((await store.newest()).snapshot).toEqual(validated);
});
