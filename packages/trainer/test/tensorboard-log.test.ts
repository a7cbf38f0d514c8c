import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeEvent } from '../src/node/tensorboard/encode-event.js';
import { frameRecord } from '../src/node/tensorboard/frame-record.js';
import { openTensorboardLog } from '../src/node.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-tensorboard-'));
});
afterEach(() => rm(folder, { recursive: true }));

test("one scalar is, byte for byte, the record TensorBoard's own RecordWriter makes", () => {
  const event = encodeEvent({
    wallTime: 1_700_000_000.5,
    step: 300,
    body: { summary: [{ tag: 'train/loss', scalar: 0.25 }] },
  });
  // tensorboard 2.21: RecordWriter(f).write(Event(wall_time=…, step=300, summary=…).SerializeToString())
  expect(Buffer.from(frameRecord(event)).toString('hex')).toBe(
    '2100000000000000017becf60900002040fc54d94110ac022a130a110a0a747261696e2f6c6f7373150000803e0da12f0e',
  );
});

test('a later file sorts after an earlier one even when the clock stands still or goes back', async () => {
  await writeFile(join(folder, 'events.out.tfevents.1700000009.elsewhere'), '');
  for (const now of [1_700_000_005_000, 1_700_000_004_000]) {
    const log = await openTensorboardLog(folder, { now: () => now });
    await log.close();
  }
  const seconds = (await readdir(folder)).sort().map((name) => name.split('.')[3]);
  expect(seconds).toEqual(['1700000009', '1700000010', '1700000011']);
});

test('opening again never touches what an earlier session wrote', async () => {
  const first = await openTensorboardLog(folder);
  await first.append({
    kind: 'step',
    step: 1,
    epoch: 1,
    loss: 2,
    accuracy: 0.5,
    learningRate: 0.01,
    imagesPerSecond: 100,
    wait: 0,
  });
  await first.close();
  const before = await readFile(first.path);
  const second = await openTensorboardLog(folder, { afterStep: 1 });
  await second.close();
  expect(second.path > first.path).toBe(true);
  expect(await readFile(first.path)).toEqual(before);
});
