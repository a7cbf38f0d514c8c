import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installTensorflow, planInstallation, removeTensorflow } from '../src/node.js';
import { builtAddons } from '../src/tensorflow/built-addon.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();
const cacheDir = mkdtempSync(join(tmpdir(), 'alexnet-install-'));
const root = join(cacheDir, 'tensorflow');

afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

/** An installation in its own process, so that it can be killed. */
function install(): { readonly child: ChildProcess; readonly done: Promise<number | null> } {
  const script = `import { installTensorflow } from '@alexnet/backend/node';
let last;
await installTensorflow({ onProgress: ({ stage }) => {
  if (stage !== last) process.stdout.write((last = stage) + '\\n');
} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, ALEXNET_CACHE_DIR: cacheDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, done: new Promise((resolve) => child.on('close', resolve)) };
}

function reached(child: ChildProcess, stage: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(stage)) resolve();
    });
  });
}

describe.skipIf(missing)(`an installation ${missing ?? ''}`, () => {
  it.each(['download', 'compile'])('killed at %s leaves no build behind', async (stage) => {
    const { child, done } = install();
    await reached(child, stage);
    child.kill('SIGKILL');
    await done;
    expect(builtAddons(cacheDir)).toEqual([]);
  });

  it('runs again after that, also twice at once, and cleans up', async () => {
    const both = [install(), install()];
    expect(await Promise.all(both.map(({ done }) => done))).toEqual([0, 0]);
    const [build, ...more] = builtAddons(cacheDir);
    expect(more).toEqual([]);
    expect(readdirSync(root)).toEqual([build?.directory.split('/').at(-1)]);
    expect(readdirSync(build?.directory ?? '').sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'manifest.json',
      'preload.node',
      'tfjs_binding.node',
      'worker_process.so',
    ]);
  });

  it('takes an existing build without downloading', async () => {
    const stages: string[] = [];
    const build = await installTensorflow({
      cacheDir,
      onProgress: ({ stage }) => stages.push(stage),
    });
    expect(stages).toEqual([]);
    expect(build.directory.startsWith(root)).toBe(true);
  });

  it('is planned without changing anything', async () => {
    const plan = await planInstallation({ cacheDir });
    expect(plan.existing?.directory).toBe(builtAddons(cacheDir)[0]?.directory);
    const other = await planInstallation({
      cacheDir: join(cacheDir, 'nothing'),
      version: '2.20.0',
    });
    expect(other).toMatchObject({ existing: null, source: { kind: 'index', version: '2.20.0' } });
    expect(other.steps).toHaveLength(2);
    expect(existsSync(join(cacheDir, 'nothing'))).toBe(false);
  });

  it('is removed with everything beside it', async () => {
    const [build] = builtAddons(cacheDir);
    expect(await removeTensorflow({ cacheDir })).toEqual([build]);
    expect(existsSync(root)).toBe(false);
    expect(await removeTensorflow({ cacheDir })).toEqual([]);
  });

  it('stops when aborted, with the reason given', async () => {
    const controller = new AbortController();
    const other = mkdtempSync(join(tmpdir(), 'alexnet-abort-'));
    const running = installTensorflow({
      cacheDir: other,
      signal: controller.signal,
      onProgress: ({ stage }) => {
        if (stage === 'download') controller.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    rmSync(other, { recursive: true, force: true });
  });
});
