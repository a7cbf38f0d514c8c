import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../../packages/convert/src/numpy/index.js';
import { relativeError, TOLERANCE } from '../src/lib/network/tolerance.js';
import {
  chromiumPath,
  launch,
  openPage,
  type Served,
  serve,
  whyNoBrowser,
} from './support/browser.js';
import { buildPage } from './support/build-page.js';
import { png, testImage } from './support/images.js';
import { hand, idle, shownAnswer } from './support/page-actions.js';
import { smallModel, smallModelBytes } from './support/small-model.js';

const cli = fileURLToPath(new URL('../../trainer/dist/cli.js', import.meta.url));

describe.skipIf(!chromiumPath)(
  `what leaves the page${chromiumPath ? '' : ` (${whyNoBrowser})`}`,
  () => {
    let browser: Browser;
    let served: Served;
    let page: Page;

    beforeAll(async () => {
      buildPage();
      browser = await launch();
      served = await serve({ 'weights.safetensors': await smallModelBytes() });
      ({ page } = await openPage(browser, `${served.address}&backend=wasm`));
      await idle(page);
    });
    afterAll(async () => {
      await browser?.close();
      await served?.close();
    });

    async function saved(button: string) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ]);
      return {
        name: download.suggestedFilename(),
        bytes: new Uint8Array(await readFile(await download.path())),
      };
    }

    it('npy holds the very weights of the file', async () => {
      const { name, bytes } = await saved('Save npy');
      expect(name).toBe('conv1.weight.npy');
      const kernels = (await smallModel()).weights.get('conv1.weight');
      const read = await readNpy(bytes);
      expect(read.shape).toEqual(kernels?.shape);
      expect(Array.from(await read.read())).toEqual(Array.from(kernels?.data ?? []));
    });

    it('PNG shows every filter, eight times as large', async () => {
      const { name, bytes } = await saved('Save PNG');
      expect(name).toBe('conv1.png');
      const { width, height, format } = await sharp(bytes).metadata();
      const { channels } = await sharp(bytes).stats();
      expect(format).toBe('png');
      // 12 filters of 11 × 11.
      expect((width ?? 0) * (height ?? 0)).toBeGreaterThan(12 * 88 * 88);
      expect(Math.min(...channels.slice(0, 3).map(({ stdev }) => stdev))).toBeGreaterThan(20);
    });

    it.skipIf(!existsSync(cli))(
      `a pasted image is answered as "alexnet predict --json" answers it${existsSync(cli) ? '' : ' (apps/trainer is not built: pnpm build)'}`,
      async () => {
        const bytes = await png(testImage());
        const path = join(served.folder, 'waves.png');
        await writeFile(path, bytes);
        await hand(page, 'paste', [{ name: 'waves.png', type: 'image/png', bytes }]);
        await page.locator('figcaption', { hasText: 'waves.png' }).first().waitFor();
        for (const crops of ['One crop', 'Ten crops'] as const) {
          await page.getByText(crops, { exact: true }).click();
          if (crops === 'Ten crops') await page.getByText('of the ten crops agree').waitFor();
          await idle(page);
          const flags = crops === 'Ten crops' ? ['--ten-crop'] : [];
          const { stdout } = await promisify(execFile)(process.execPath, [
            ...[cli, 'predict', '--weights', served.folder, path, '--backend', 'wasm', '--json'],
            ...flags,
          ]);
          const { answers } = JSON.parse(stdout) as {
            answers: { top: { class: string; probability: number }[] }[];
          };
          const said = answers[0]?.top ?? [];
          const shown = await shownAnswer(page);
          expect([...shown.keys()]).toEqual(said.map((entry) => entry.class));
          const own = Float32Array.from(shown.values());
          const theirs = Float32Array.from(said.map(({ probability }) => probability));
          expect(relativeError(own, theirs)).toBeLessThanOrEqual(TOLERANCE.wasm ?? 0);
        }
      },
    );
  },
);
