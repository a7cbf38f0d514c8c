import { execFile } from 'node:child_process';
import { access, appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { encodeEvent } from '../src/node/tensorboard/encode-event.js';
import { frameRecord } from '../src/node/tensorboard/frame-record.js';
import { openTensorboardLog, type StepLine } from '../src/node.js';

const run = promisify(execFile);
const VENV = fileURLToPath(
  new URL('../../../node_modules/.cache/tensorboard-venv', import.meta.url),
);
const PYTHON = join(VENV, 'bin/python');
const READER = fileURLToPath(new URL('./read_events.py', import.meta.url));

/** TensorBoard and what its reader of events imports: its server needs twice as much. */
const PACKAGES = ['tensorboard==2.21.0', 'numpy', 'protobuf', 'absl-py'];

/** A Python that can import TensorBoard's reader, made once; or why there is none. */
async function missingTensorboard(): Promise<string | null> {
  try {
    await access(PYTHON).catch(() => run('python3', ['-m', 'venv', VENV]));
    await run(PYTHON, ['-c', 'import tensorboard, numpy, google.protobuf, absl']).catch(() =>
      run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--no-deps', ...PACKAGES]),
    );
    return null;
  } catch (error) {
    return (error as Error).message.split('\n').filter(Boolean).at(-1) ?? 'unknown';
  }
}

const step = (at: number, loss: number): StepLine => ({
  kind: 'step',
  step: at,
  epoch: 1,
  loss,
  accuracy: 0.5,
  learningRate: 0.01,
  imagesPerSecond: 100,
  wait: 0.25,
});

/** The smallest PNG: one black pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

test('TensorBoard reads the events, and a resumed run without what the killed one wrote too much', async (context) => {
  const missing = await missingTensorboard();
  context.skip(missing !== null, `TensorBoard cannot be had here: ${missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-tensorboard-'));
  try {
    const killed = await openTensorboardLog(folder);
    for (const at of [1, 2, 3, 4]) await killed.append(step(at, 10 + at));
    await killed.close();
    // Killed in the middle of a record.
    const half = frameRecord(
      encodeEvent({ wallTime: 1, step: 5, body: { summary: [{ tag: 'train/loss', scalar: 15 }] } }),
    );
    await appendFile(killed.path, half.subarray(0, half.length / 2));

    const resumed = await openTensorboardLog(folder, { afterStep: 2 });
    for (const at of [3, 4, 5]) await resumed.append(step(at, 20 + at));
    await resumed.append({
      kind: 'epoch',
      step: 5,
      epoch: 1,
      trainLoss: 2,
      trainTop1: 0.5,
      validationLoss: 1,
      validationTop1: 0.75,
      validationTop5: 1,
      seconds: 3,
      wait: 0.25,
    });
    await resumed.appendImage(5, 'conv1', PIXEL);
    await resumed.close();

    const { stdout } = await run(PYTHON, [READER, folder]);
    const read = JSON.parse(stdout);
    expect(read.scalars['train/loss']).toEqual([
      [1, 11],
      [2, 12],
      [3, 23],
      [4, 24],
      [5, 25],
    ]);
    expect(read.scalars['speed/data_wait']).toHaveLength(5);
    expect(read.scalars['validation/top1']).toEqual([[5, 0.75]]);
    expect(read.images.conv1).toEqual([[5, 1, 1]]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
