import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { build } from 'tsup';
import { describe, expect, it } from 'vitest';
import { openDataset, verifyPack } from '../src/index.js';
import { temporaryFolder, writeTree } from './source-helpers.js';

const here = dirname(fileURLToPath(import.meta.url));

/** Runs the packing child; kills it as soon as it has said `killAt` lines. */
async function run(script: string, args: string[], killAt = Number.POSITIVE_INFINITY) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1;
    if (lines >= killAt) child.kill('SIGKILL');
  });
  return new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

describe('packing, killed with SIGKILL again and again', () => {
  it('ends with the bytes of a run that was left alone', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 300; i++) {
      const create = { width: 60, height: 48, channels: 3, background: '#000', noise } as const;
      files[`${i % 2 === 0 ? 'cat' : 'dog'}/${i}.jpg`] = await sharp({ create }).jpeg().toBuffer();
    }
    const source = await writeTree(files);
    // Inside the package, where its dependencies resolve.
    const outDir = join(here, '../node_modules/.pack-child');
    await build({
      entry: { 'pack-child': join(here, 'children/pack-child.ts') },
      outDir,
      config: false,
      format: 'esm',
      platform: 'node',
      silent: true,
      skipNodeModulesBundle: true,
      clean: true,
    });
    const script = join(outDir, 'pack-child.js');
    const [whole, killed] = [await temporaryFolder(), await temporaryFolder()];
    expect(await run(script, [source, whole])).toEqual({ code: 0, signal: null });

    let kills = 0;
    for (let at = 15; at < 300; at += 55) {
      const { signal } = await run(script, [source, killed], at);
      if (signal === 'SIGKILL') kills++;
    }
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(await run(script, [source, killed])).toEqual({ code: 0, signal: null });
    await verifyPack(killed);
    const names = (await readdir(killed)).filter((name) => !name.endsWith('.tmp')).sort();
    expect(names).toEqual((await readdir(whole)).sort());
    for (const name of names) {
      const [a, b] = await Promise.all([whole, killed].map((dir) => readFile(join(dir, name))));
      expect(b?.equals(a ?? Buffer.alloc(0)), name).toBe(true);
    }
    const dataset = await openDataset(killed);
    const ids = [...dataset.train.records, ...dataset.validation.records].map(({ id }) => id);
    expect(ids.sort()).toEqual(Object.keys(files).sort());
  });
});
