import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'tsup';
import { afterAll, describe, expect, it } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const missing = existsSync(CHROMIUM) ? '' : `(skipped: no ${CHROMIUM})`;
const outDir = mkdtempSync(join(tmpdir(), 'alexnet-tape-'));
/** WebGPU is there for secure pages alone, and those of localhost are. */
const ADDRESS = 'http://localhost/';

describe.skipIf(missing !== '')(`steps on tape in a browser ${missing}`, () => {
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  it('equal those op by op to the bit, and leave memory as it was', async () => {
    await build({
      entry: { page: join(import.meta.dirname, 'taped-step-page.mjs') },
      config: false,
      format: 'esm',
      platform: 'browser',
      splitting: false,
      noExternal: [/./],
      outDir,
      outExtension: () => ({ js: '.js' }),
      silent: true,
    });
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    try {
      const page = await browser.newPage();
      await page.route(`${ADDRESS}**`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
      );
      await page.goto(ADDRESS);
      await page.addScriptTag({
        type: 'module',
        content: readFileSync(join(outDir, 'page.js'), 'utf8'),
      });
      await page.waitForFunction(() => 'trainOnTape' in window);
      const { wrong, bytes, memory, leftOver } = await page.evaluate(() => window.trainOnTape());
      expect(wrong).toEqual([]);
      for (const error of bytes) expect(error).toBeLessThan(1e-6);
      expect(memory).toEqual({ before: memory.before, after: memory.before, created: 0 });
      expect(leftOver).toBe(0);
    } finally {
      await browser.close();
    }
  });
});

interface Report {
  readonly wrong: readonly string[];
  readonly bytes: readonly number[];
  readonly memory: { readonly before: readonly number[] };
  readonly leftOver: number;
}

declare global {
  interface Window {
    trainOnTape(): Promise<Report>;
  }
}
