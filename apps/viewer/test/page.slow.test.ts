import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { prepareImage, prepareTenCrop } from '@alexnet/augment';
import { writeZip } from '@alexnet/files/zip';
import { buildNetwork, predict, predictTenCrop } from '@alexnet/model';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import sirv from 'sirv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../../packages/convert/src/numpy/index.js';
import { relativeError, TOLERANCE } from '../src/lib/network/tolerance.js';
import {
  chromiumPath,
  launch,
  openPage,
  PATIENCE,
  type Served,
  serve,
  VISITOR,
  whyNoBrowser,
} from './support/browser.js';
import { buildPage } from './support/build-page.js';
import { png, sidewaysJpeg, testImage } from './support/images.js';
import { hand, idle, shownAnswer } from './support/page-actions.js';
import { checkpoint, scaled, smallModel, smallModelBytes, tf } from './support/small-model.js';

const require = createRequire(import.meta.url);
const cli = fileURLToPath(new URL('../../trainer/dist/cli.js', import.meta.url));

/** What the cpu backend in Node answers for the test image: one crop, then ten. */
async function answersInNode() {
  const file = await smallModel();
  const { preprocessing } = file;
  if (!preprocessing) throw new Error('The small model carries its preprocessing.');
  const network = buildNetwork(tf, file.spec);
  network.setWeights(file.weights);
  const one = tf.tensor4d(prepareImage(testImage(), preprocessing), [1, 56, 56, 3]);
  const ten = tf.tensor4d(prepareTenCrop(testImage(), preprocessing), [10, 56, 56, 3]);
  const [single] = await predict(network, one);
  const [averaged] = await predictTenCrop(network, ten);
  tf.dispose([one, ten]);
  network.dispose();
  if (!single || !averaged) throw new Error('No answer in Node.');
  return {
    classNames: file.classNames ?? [],
    single: single.probabilities,
    averaged: averaged.probabilities,
  };
}

/** A run that has kept two checkpoints. */
async function smallRun() {
  const model = await smallModel();
  return {
    'weights.safetensors': await smallModelBytes(),
    'checkpoints/step-00000010-top1-0.2500.safetensors': checkpoint({
      weights: scaled(model, 0.5),
    }),
    'checkpoints/step-00000020.safetensors': checkpoint({ weights: scaled(model, 0.75) }),
  };
}

/** Drops one file. */
const drop = (page: Page, name: string, type: string, bytes: Uint8Array) =>
  hand(page, 'drop', [{ name, type, bytes }]);

function closeTo(
  shown: Map<string, number>,
  expected: Float32Array,
  names: readonly string[],
  tolerance: number,
) {
  const own = [...shown.values()];
  const reference = [...shown.keys()].map((name) => expected[names.indexOf(name)] ?? Number.NaN);
  expect(shown.size).toBe(5);
  expect(relativeError(Float32Array.from(own), Float32Array.from(reference))).toBeLessThanOrEqual(
    tolerance,
  );
}

/** Opens a sample image and waits for its answer. */
async function chooseSample(page: Page, name: string) {
  const sample = page.getByRole('button', { name, exact: true });
  // Opened again it would come at any time later, and nothing on the page says when.
  if ((await sample.getAttribute('aria-pressed')) !== 'true') {
    await sample.click();
    await page.locator('figcaption', { hasText: name }).first().waitFor();
  }
  await idle(page);
}

describe.skipIf(!chromiumPath)(
  `the page in Chromium${chromiumPath ? '' : ` (${whyNoBrowser})`}`,
  () => {
    let browser: Browser;
    /** Of its own, for WebGPU. */
    let withWebgpu: Browser;
    /** Pages of one visitor: what was loaded once is not loaded again. */
    let visitor: BrowserContext;
    let served: Served;
    let expected: Awaited<ReturnType<typeof answersInNode>>;

    beforeAll(async () => {
      buildPage();
      [browser, withWebgpu, served, expected] = await Promise.all([
        launch('none'),
        launch('webgpu'),
        serve(await smallRun()),
        answersInNode(),
      ]);
      visitor = await browser.newContext(VISITOR);
    });
    afterAll(async () => {
      await browser?.close();
      await withWebgpu?.close();
      await served?.close();
    });

    describe.each(['wasm', 'webgpu'] as const)('on %s', (backend) => {
      const tolerance = TOLERANCE[backend] ?? 0;

      it('opens a run, checks itself, and answers like Node with one crop and with ten', async () => {
        const { page, complaints } = await openPage(
          backend === 'webgpu' ? withWebgpu : visitor,
          `${served.address}&backend=${backend}`,
        );
        // WebGPU in software compiles its shaders on the way.
        page.setDefaultTimeout(120_000);
        await page.getByRole('heading', { name: 'AlexNet as the paper has it' }).waitFor();
        expect(await page.locator('.backend').textContent()).toContain(`Computed by ${backend}`);
        await page.getByText('✓ Verified').waitFor();

        await drop(page, 'waves.png', 'image/png', await png(testImage()));
        await page.getByText('123 × 97 px, shorter side to 64: 81 × 64; crop 56 × 56.').waitFor();
        await idle(page);
        closeTo(await shownAnswer(page), expected.single, expected.classNames, tolerance);

        await page.getByText('Ten crops').click();
        await page.getByText('of the ten crops agree').waitFor();
        await idle(page);
        closeTo(await shownAnswer(page), expected.averaged, expected.classNames, tolerance);
        expect(await page.getByRole('button', { name: / crop: .* mirrored: / }).count()).toBe(5);
        expect(complaints).toEqual([]);
        if (backend === 'webgpu') {
          // Without the graphics device the page goes on, and says so.
          const before = await shownAnswer(page);
          await page.evaluate(() =>
            (window as unknown as { alexnetDevice: { destroy(): void } }).alexnetDevice.destroy(),
          );
          await page.getByRole('status').getByText('The graphics device was lost').waitFor();
          expect(await page.locator('.backend').textContent()).toContain('Computed by wasm');
          await idle(page);
          expect([...(await shownAnswer(page)).keys()]).toEqual([...before.keys()]);
        } else {
          // Threads share memory only on a page alone with it; `pnpm viewer` sends the headers.
          expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
          const cores = await page.evaluate(() => navigator.hardwareConcurrency);
          const said = await page.locator('.backend').textContent();
          expect(said).toContain(cores > 1 ? `${Math.min(8, cores)} threads` : '1 thread');
        }
        await page.close();
      });
    });

    describe('whatever the backend', () => {
      let page: Page;
      let complaints: string[];
      beforeAll(async () => {
        ({ page, complaints } = await openPage(visitor, `${served.address}&backend=wasm`));
        await page.getByText('✓ Verified').waitFor({ timeout: 60_000 });
      });
      afterAll(() => page?.close());

      async function saved(button: string | RegExp, within: Locator | Page = page) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          within.getByRole('button', { name: button, exact: true }).click(),
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
          await page.getByText('One crop', { exact: true }).click();
          await idle(page);
        },
      );

      it('says what is wrong with a bad file and goes on', async () => {
        const good = await smallModelBytes();
        const bad: [string, string, Uint8Array][] = [
          ['empty.safetensors', '', new Uint8Array()],
          ['noise.safetensors', '', Uint8Array.from({ length: 4096 }, (_, i) => (i * 73) & 255)],
          ['cut.safetensors', '', good.subarray(0, good.length - 1000)],
          ['letter.png', 'image/png', new TextEncoder().encode('Dear page, this is no image.')],
        ];
        for (const [name, type, bytes] of bad) {
          await drop(page, name, type, bytes);
          const alert = page.getByRole('alert').locator('p');
          await alert.waitFor();
          expect(await alert.textContent()).toMatch(/\w+ .*\w/);
          await page.getByRole('button', { name: 'Close' }).click();
        }
        await chooseSample(page, 'Espresso');
        expect((await shownAnswer(page)).size).toBe(5);
      });

      it('takes an image of the reader’s own while a message is up, and images without a type', async () => {
        await drop(page, 'empty.safetensors', '', new Uint8Array());
        await page.getByRole('alert').locator('p').waitFor();
        await hand(page, 'drop', [
          { name: 'first', bytes: await png(testImage(80, 60)) },
          { name: 'second', bytes: await png(testImage(60, 80)) },
        ]);
        await page.getByText('80 × 60 px').waitFor();
        await page.getByRole('button', { name: 'second' }).click();
        await page.getByText('60 × 80 px').waitFor();
        expect(await page.getByRole('alert').locator('p').count()).toBe(0);
      });

      it('draws the receptive field as large as it is, and lets what is inside be seen', async () => {
        await page.locator('#maps').getByText('conv1', { exact: true }).click();
        await page.locator('#maps').getByRole('button', { name: 'Unit 3' }).click();
        const box = page.locator('.sees');
        const { height, background } = await box.evaluate((element) => ({
          height: element.getBoundingClientRect().height,
          background: getComputedStyle(element).backgroundColor,
        }));
        // 11 of 56 pixels on a square of 216.
        expect(height).toBeCloseTo((11 / 56) * 216, 0);
        expect(background).toBe('rgba(0, 0, 0, 0)');
      });

      it('searches its classes and says when a sample is of none of them', async () => {
        await page.getByText('What it knows: 6 classes').click();
        await page.getByLabel('Search the classes').fill('FO');
        const classes = page.getByRole('list', { name: 'Classes of this network' });
        expect(await classes.getByRole('listitem').allTextContents()).toEqual([
          expect.stringMatching(/^food/),
        ]);
        await page.getByLabel('Search the classes').fill('zebra');
        await page.getByText('No class is called “zebra”.').waitFor();
        await chooseSample(page, 'Astronaut');
        await page.getByText('None of the 6 classes of this network fits this image').waitFor();
      });

      it('turns an image the way its EXIF mark says', async () => {
        await drop(page, 'sideways.jpg', 'image/jpeg', await sidewaysJpeg(testImage(120, 90)));
        await page.getByText('90 × 120 px').waitFor();
      });

      it('is walked by keyboard alone', async () => {
        await page.getByRole('button', { name: 'Filter 0' }).focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowRight');
        await page.getByRole('heading', { name: 'Filter 2' }).waitFor();
        await page.getByRole('button', { name: 'Unit 0' }).focus();
        await page.keyboard.press('ArrowRight');
        await page.getByRole('application', { name: /Map of unit 1/ }).focus();
        const before = await page.locator('.said h3').last().textContent();
        await page.keyboard.press('ArrowDown');
        expect(await page.locator('.said h3').last().textContent()).not.toBe(before);
      });

      it('sorts filters, measures the pinned one, and counts color in the towers', async () => {
        const wall = page.locator('#filters');
        const order = () =>
          wall
            .locator('[data-filter]')
            .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.filter));
        const stored = await order();
        await wall.getByLabel('Sort').selectOption({ label: 'Orientation' });
        const byOrientation = await order();
        await wall.getByLabel('Sort').selectOption({ label: 'Frequency' });
        const byFrequency = await order();
        expect(byOrientation).not.toEqual(stored);
        expect(byFrequency).not.toEqual(byOrientation);
        expect(byFrequency.toSorted()).toEqual(stored.toSorted());
        await wall.getByLabel('Sort').selectOption({ label: 'Stored order' });
        const said = wall.locator('.said dl');
        await said.getByText('χΣ, in this image’s colors').waitFor();
        expect(await said.textContent()).toMatch(/I *\d+\.\d\d, (gray|both|color)/);
        expect(await said.textContent()).toMatch(/ρ *-?\d\.\d\d/);
        const towers = page.locator('#towers');
        await towers.getByRole('row', { name: /χΣ/ }).waitFor();
        await towers
          .getByText(/answers? to color more than twice/)
          .first()
          .waitFor();
      });

      it('silences a unit, a tower and color, says what changed, and puts it back', async () => {
        await chooseSample(page, 'Espresso');
        const whole = await shownAnswer(page);
        const panel = page.locator('#knock-out');
        await panel.getByText('Tower B').click();
        await panel.locator('.verdict', { hasText: 'The answer' }).waitFor();
        await panel.getByText('Gray', { exact: true }).click();
        await page.locator('#filters').getByRole('button', { name: 'Filter 3' }).click();
        await page.getByRole('button', { name: 'Silence it' }).click();
        await panel.getByRole('button', { name: /conv1 unit 3/ }).waitFor();
        await idle(page);
        const changed = await shownAnswer(page);
        expect(changed).not.toEqual(whole);
        // What it says now stands in the table, whatever its rank was.
        expect(await panel.locator('tbody th').allTextContents()).toContain([...changed.keys()][0]);
        await panel.getByRole('button', { name: 'Put everything back' }).click();
        await panel.getByText('Nothing is taken away').waitFor();
        await idle(page);
        expect(await shownAnswer(page)).toEqual(whole);
      });

      it('restores from its address what was chosen', async () => {
        const { page: first } = await openPage(
          visitor,
          `${served.address}&backend=wasm&image=samples/espresso.jpg&layer=relu3&unit=5&tower=A&crops=ten&filter=4&view=gray`,
        );
        await first.getByText('of the ten crops agree').waitFor();
        await first.locator('#knock-out .verdict', { hasText: 'The answer' }).waitFor();
        await first.getByText('Gray part').click();
        await first.getByText('Color part').click();
        await first.waitForFunction(() => location.search.includes('view=opponent'));
        const address = first.url();
        const shown = await shownAnswer(first);
        await first.close();
        const { page: second, complaints } = await openPage(visitor, address);
        await second.getByText('of the ten crops agree').waitFor();
        await second.locator('#knock-out .verdict', { hasText: 'The answer' }).waitFor();
        await idle(second);
        expect(await shownAnswer(second)).toEqual(shown);
        await second.getByText('relu3, unit 5').waitFor();
        await second.getByRole('heading', { name: 'Filter 4' }).waitFor();
        expect(await second.getByLabel('Color part').isChecked()).toBe(true);
        expect(complaints).toEqual([]);
        await second.close();
      });

      it('explains an answer three ways and checks the explanation', async () => {
        const panel = page.locator('#why');
        await panel.getByRole('button', { name: 'Follow the slopes' }).click();
        await panel.getByText('Saliency', { exact: true }).waitFor();
        await panel.getByText('Grad-CAM, tower B', { exact: true }).waitFor();
        await panel.getByRole('button', { name: 'Cover parts' }).click();
        await panel.getByText('Occlusion', { exact: true }).waitFor();
        const before = await shownAnswer(page);
        await panel.getByRole('button', { name: 'Check: randomize' }).click();
        await panel.getByRole('row', { name: /conv1/ }).waitFor();
        // The check must leave the network as it found it.
        await chooseSample(page, 'Rocket');
        await chooseSample(page, 'Espresso');
        expect(await shownAnswer(page)).toEqual(before);
      });

      it('times every layer and spells out why 224 does not fit', async () => {
        const panel = page.locator('#layers');
        await panel.getByRole('button', { name: 'Measure time per layer' }).click();
        await panel.getByRole('button', { name: 'Measure again' }).waitFor();
        await panel.getByText('(224 - 11) / 4 + 1 = 54.25').waitFor();
        await panel.getByRole('spinbutton').fill('227');
        await panel.getByText('(227 − 11) / 4 + 1 = 55. It fits.').waitFor();
        await panel.getByRole('spinbutton').fill('');
        await panel.getByText('Type a whole number from 64 to 512.').waitFor();
      });

      it('follows a gray square held over the image, and takes it off', async () => {
        await chooseSample(page, 'Espresso');
        const whole = await shownAnswer(page);
        await page.getByRole('button', { name: 'Cover a part' }).click();
        const square = page.getByRole('application', { name: 'A gray square over the image' });
        await page.locator('.answer').getByText('was').first().waitFor();
        const middle = await shownAnswer(page);
        const box = await square.boundingBox();
        if (!box) throw new Error('The square has no place.');
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.4, { steps: 5 });
        await page.mouse.up();
        await expect.poll(() => shownAnswer(page)).not.toEqual(middle);
        await page.getByRole('button', { name: 'Uncover' }).click();
        await expect.poll(() => shownAnswer(page)).toEqual(whole);
      });

      it('answers what the camera shows, frame after frame', async () => {
        await page.getByRole('button', { name: 'Camera' }).click();
        await page.getByRole('button', { name: 'Live' }).click();
        await page.locator('figcaption', { hasText: 'camera' }).first().waitFor();
        const rate = page.getByText('images/s');
        const first = await rate.textContent();
        await expect.poll(() => rate.textContent()).not.toBe(first);
        await page.getByRole('button', { name: 'Hold' }).click();
        await page.getByRole('button', { name: 'Close the camera' }).click();
        await chooseSample(page, 'Espresso');
      });

      it('puts a second network beside the first, and goes through the checkpoints of a run', async () => {
        const panel = page.locator('#beside');
        await panel.getByText('2 checkpoints').waitFor();
        await panel.getByRole('slider').focus();
        await page.keyboard.press('ArrowLeft');
        await panel.getByRole('heading', { name: /after step 10/ }).waitFor();
        await panel.getByRole('row').nth(6).waitFor();
        await page.waitForURL(/second=run\/checkpoints\/step-00000010/);
        // Half the weights are another answer: the differences are those of the two columns.
        const { name, bytes } = await saved('CSV of both answers', panel);
        expect(name).toBe('side-by-side.csv');
        const rows = new TextDecoder().decode(bytes).trim().split('\r\n');
        const numbers = rows.slice(1).map((row) => row.split(',').slice(-2).map(Number));
        expect(numbers.length).toBe(6);
        for (const side of [0, 1]) {
          expect(numbers.reduce((sum, pair) => sum + (pair[side] ?? 0), 0)).toBeCloseTo(1, 4);
        }
        expect(numbers.some(([first = 0, second = 0]) => Math.abs(first - second) > 1e-3)).toBe(
          true,
        );
        await panel.getByRole('button', { name: 'Beside one tower' }).click();
        await panel.getByRole('heading', { name: /One tower/ }).waitFor();
        await panel.getByText('not known').first().waitFor();
        await panel.getByRole('img', { name: 'conv1 filters of the second network' }).waitFor();
        await panel
          .getByRole('img', { name: 'What relu1 makes of the image of the second' })
          .waitFor();
        await panel.getByRole('button', { name: 'Take it away' }).click();
        await panel.getByRole('heading', { name: /One tower/ }).waitFor({ state: 'detached' });
        expect(page.url()).not.toContain('second=');
      });

      it('shows a unit: its products, its filter, its history, and the own images that excite it', async () => {
        await page.locator('#maps').getByText('conv3', { exact: true }).click();
        await page.locator('#maps').getByRole('button', { name: 'Unit 2', exact: true }).click();
        await page.getByRole('button', { name: 'Everything about this unit' }).click();
        const products = page.getByRole('group', { name: /multiplied out$/ });
        await products.getByText('9 of 9 added').waitFor();
        const before = await products.getAttribute('aria-label');
        await page.locator('#unit-steps .steps ul button').nth(1).hover();
        await expect.poll(() => products.getAttribute('aria-label')).not.toBe(before);
        const slices = page.locator('#unit-filter').getByRole('listitem');
        expect(await slices.count()).toBe(24);
        const history = page.locator('#unit-history');
        await history.getByRole('button', { name: 'Look at its 2 checkpoints' }).click();
        await history.getByText('step 20').waitFor();
        expect(await history.getByRole('listitem').count()).toBe(2);
        const images = [50, 60, 70].map((size) => testImage(size, 64));
        const data = await Promise.all(images.map(async (image) => png(image)));
        const zip = writeZip([
          ...data.map((bytes, index) => ({ name: `${index}.png`, data: bytes })),
          { name: 'broken.png', data: new Uint8Array(9) },
        ]);
        const panel = page.locator('#unit-images');
        await panel.locator('input[accept]').setInputFiles({
          name: 'own.zip',
          mimeType: 'application/zip',
          buffer: Buffer.from(zip),
        });
        await panel.getByText('4 of 4 images looked through; 1 could not be decoded').waitFor();
        const best = panel.getByRole('list', { name: 'Images that excite this unit most' });
        await expect.poll(() => best.getByRole('listitem').count()).toBe(3);
        await page.getByRole('button', { name: '← The whole network' }).click();
        const nearest = page.getByRole('list', { name: 'Nearest images' });
        await expect.poll(() => nearest.getByRole('listitem').count()).toBe(3);
      });

      it('walks the tour to its end', async () => {
        await page.getByRole('button', { name: 'Tour' }).click();
        const tour = page.getByRole('region', { name: 'Tour' });
        const titles: string[] = [];
        for (let step = 1; step <= 8; step++) {
          await tour.getByText(`${step} of 8`).waitFor();
          titles.push((await tour.getByRole('heading').textContent()) ?? '');
          if (step < 8) await tour.getByRole('button', { name: 'Next' }).click();
        }
        expect(new Set(titles).size).toBe(8);
        await tour.getByRole('button', { name: 'Done' }).click();
        await tour.waitFor({ state: 'detached' });
        // The tour set layers and ten crops; afterwards all is as it was.
        expect(await page.getByLabel('One crop').isChecked()).toBe(true);
        expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Tour');
      });

      it.each(['light', 'dark'] as const)(
        'has no accessibility violations in %s',
        async (colorScheme) => {
          await page.emulateMedia({ colorScheme });
          await page.evaluate(await readFile(require.resolve('axe-core/axe.min.js'), 'utf8'));
          const violations = await page.evaluate(async () => {
            type Axe = {
              run(): Promise<{
                violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
              }>;
            };
            const { violations } = await (window as unknown as { axe: Axe }).axe.run();
            return violations.flatMap(({ id, nodes }) =>
              nodes.map(
                ({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`,
              ),
            );
          });
          expect(violations).toEqual([]);
        },
      );

      it('asks how images were prepared when the file does not say', async () => {
        await drop(
          page,
          'mute.safetensors',
          '',
          await smallModelBytes({ preprocessing: null, classNames: null, provenance: null }),
        );
        await page.getByText('This file does not say how its images were prepared.').waitFor();
        expect(await page.locator('.answer').count()).toBe(0);
        await page.getByLabel('How images are prepared').selectOption({ index: 1 });
        await page.locator('.answer').getByText('class ').first().waitFor();
      });

      it('loads at most 402 kB of compressed script before weights, and does without them', async () => {
        const context = await withWebgpu.newContext({ serviceWorkers: 'block' });
        const fresh = await context.newPage();
        const scripts: Promise<Buffer>[] = [];
        fresh.on('response', (response) => {
          if (response.request().resourceType() === 'script') scripts.push(response.body());
        });
        await fresh.route('**/weights.safetensors', (route) => route.abort());
        await fresh.goto(`${new URL(served.address).origin}/?backend=webgpu`);
        await fresh.getByRole('heading', { name: 'Open an AlexNet and look inside' }).waitFor();
        await fresh.waitForLoadState('networkidle');
        await hand(fresh, 'drop', [{ name: 'waves.png', bytes: await png(testImage()) }]);
        await fresh.getByText('waves.png is kept. It is answered as soon as weights are').waitFor();
        const sizes = (await Promise.all(scripts)).map((script) => gzipSync(script).length);
        expect(sizes.length).toBeGreaterThan(2);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(402_000);
        await context.close();
      });

      it('opens on two towers with their training, and has one tower and today’s recipe, too', async () => {
        const context = await browser.newContext({ serviceWorkers: 'block' });
        const fresh = await context.newPage();
        await fresh.goto(`${new URL(served.address).origin}/?backend=wasm`);
        await idle(fresh);
        await fresh.getByText('After 60 epochs 47.2 %').waitFor();
        await fresh.locator('#filters').getByText('Tower B').waitFor();
        await fresh.getByText('One tower', { exact: true }).click();
        await fresh.waitForURL(/weights=showcase\/one-tower/);
        await idle(fresh);
        expect(await fresh.locator('#filters').getByText('Tower B').count()).toBe(0);
        await fresh.getByText('Today’s recipe', { exact: true }).click();
        await fresh.waitForURL(/weights=showcase\/modern/);
        await idle(fresh);
        await fresh.getByText('After 60 epochs 59.5 %').waitFor();
        const beside = fresh.locator('#beside');
        await beside.getByRole('button', { name: 'Beside two towers' }).click();
        await beside.getByRole('heading', { name: 'Today’s recipe' }).waitFor();
        await context.close();
      });

      it('a file dropped while the page opens is the one that stays', async () => {
        const context = await browser.newContext({ serviceWorkers: 'block' });
        const fresh = await context.newPage();
        let release: (() => void) | undefined;
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        await fresh.route('**/showcase/**/weights.safetensors', async (route) => {
          await held;
          await route.continue();
        });
        await fresh.goto(`${new URL(served.address).origin}/?backend=wasm`);
        await fresh.getByRole('heading', { name: 'Opening an AlexNet' }).waitFor();
        await hand(fresh, 'drop', [{ name: 'own.safetensors', bytes: await smallModelBytes() }]);
        await fresh.locator('.facts .file', { hasText: 'own.safetensors' }).waitFor();
        release?.();
        await fresh.waitForLoadState('networkidle');
        await fresh.locator('.facts .file', { hasText: 'own.safetensors' }).waitFor();
        expect(new URL(fresh.url()).searchParams.get('weights')).toBeNull();
        await context.close();
      });

      it('fits a phone', async () => {
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          390,
        );
        await page.getByRole('navigation').getByText('Why').click();
        const widths = await page
          .locator('#layers .bar.macs')
          .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
        expect(Math.max(...widths)).toBeGreaterThan(40);
        // Long names of classes must not make the page wide, or push numbers out of it.
        const name = 'German shepherd, German police dog, alsatian '.repeat(4);
        await page.locator('#why select').evaluate((select: HTMLSelectElement, name) => {
          select.options[1]?.replaceChildren(name);
        }, name);
        const table = page.locator('#knock-out table');
        await table
          .locator('tbody th')
          .first()
          .evaluate((cell, name) => {
            cell.replaceChildren(name);
          }, name);
        const { x = 0, width = 0 } = (await table.boundingBox()) ?? {};
        expect(x + width).toBeLessThanOrEqual(390);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          390,
        );
      });

      it('follows a run that trains, goes back through its filters, and opens its weights at the end', async () => {
        const epoch = (n: number) =>
          `${JSON.stringify({ kind: 'epoch', epoch: n, step: n * 10, trainTop1: 0.2 * n, validationTop1: 0.15 * n })}\n`;
        const steps = [1, 2, 3].map(
          (step) => `${JSON.stringify({ kind: 'step', step, epoch: 1, loss: 2 })}\n`,
        );
        const run = await serve({
          'metrics.jsonl': steps.join(''),
          'filters/step-00000000.png': await png(testImage(33, 11)),
          'filters/step-00000020.png': await png(testImage(33, 12)),
        });
        const { page: other, complaints } = await openPage(visitor, `${run.address}&backend=wasm`);
        await other.getByText('After 3 steps the loss is 2.').waitFor();
        await other.getByRole('img', { name: /^Loss of every training batch/ }).waitFor();
        const points = () =>
          other
            .getByRole('img', { name: /^Top-1 of training/ })
            .locator('[aria-label="line"] path')
            .evaluateAll((lines) => lines.map((line) => line.getAttribute('d')?.split('L').length));
        await appendFile(`${run.folder}/metrics.jsonl`, epoch(1) + epoch(2));
        await other.getByText('After 2 epochs 30.0 % of the validation images are right').waitFor();
        await expect.poll(points).toEqual([2, 2]);
        await other.getByText('conv1 filters after step 20, epoch 2').waitFor();
        await other.getByRole('slider').focus();
        await other.keyboard.press('ArrowLeft');
        await other.getByText('conv1 filters after step 0, epoch 0').waitFor();
        await appendFile(`${run.folder}/metrics.jsonl`, epoch(3));
        await other.getByText('After 3 epochs 45.0 %').waitFor();
        // The curve must say what the text says.
        await expect.poll(points).toEqual([3, 3]);
        await writeFile(`${run.folder}/weights.safetensors`, await smallModelBytes());
        await other.getByRole('heading', { name: 'AlexNet as the paper has it' }).waitFor();
        await other.getByText('After 3 epochs 45.0 %').waitFor();
        expect(complaints).toEqual([]);
        // What another network learned is not this run's to tell.
        await hand(other, 'drop', [{ name: 'own.safetensors', bytes: await smallModelBytes() }]);
        await other.locator('.facts .file', { hasText: 'own.safetensors' }).waitFor();
        expect(await other.locator('#training').count()).toBe(0);
        await other.close();
        await run.close();
      });

      it('says what is wrong with a link, goes on, and goes back to what an address names', async () => {
        const { page: other } = await openPage(
          visitor,
          `${served.address}&backend=wasm&image=samples/none.jpg`,
        );
        await other.getByRole('alert').getByText('/samples/none.jpg').waitFor();
        await chooseSample(other, 'Rocket');
        await other.waitForURL(/image=\.\/samples\/rocket\.jpg/);
        await chooseSample(other, 'Cat');
        await other.waitForURL(/image=\.\/samples\/cat\.jpg/);
        await other.goBack();
        await other.locator('figcaption', { hasText: 'Rocket' }).waitFor();
        await idle(other);
        // Links made before the parameter had its name of today.
        await other.goto(`${served.address}&backend=wasm&picture=samples/cat.jpg`);
        await other.locator('figcaption', { hasText: 'Cat' }).waitFor();
        await other.waitForURL(/image=samples\/cat\.jpg/);
        expect(other.url()).not.toContain('picture');
        await drop(other, 'own.png', 'image/png', await png(testImage()));
        await other.locator('figcaption', { hasText: 'own.png' }).waitFor();
        await other.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await other.getByRole('button', { name: 'Copy link' }).click();
        await other.getByText('Your own image is no part of a link').waitFor();
        await other.close();
      });

      it('shows one panel in another page, from a plain server under a path', async () => {
        const files = sirv(fileURLToPath(new URL('../dist', import.meta.url)), { dev: true });
        const plain = createServer((request, response) => {
          if (request.url?.startsWith('/a/b/')) {
            request.url = request.url.slice('/a/b'.length);
            return files(request, response);
          }
          response.setHeader('Content-Type', 'text/html');
          const address = 'a/b/?backend=wasm&embed=filters&view=opponent';
          response.end(
            `<iframe src="${address}" title="filters" width="900" height="700"></iframe>`,
          );
        });
        await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
        const origin = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
        const { page: host, complaints } = await openPage(visitor, origin);
        const frame = host.frameLocator('iframe');
        await frame.locator('[data-filter="0"]').waitFor();
        expect(await frame.getByLabel('Color part').isChecked()).toBe(true);
        expect(await frame.getByRole('heading').count()).toBeGreaterThan(0);
        expect(await frame.locator('header.bar, #maps, #image').count()).toBe(0);
        const whole = await frame.getByText('Open in the AlexNet viewer').getAttribute('href');
        expect(whole).toMatch(/\/a\/b\/\?/);
        expect(whole).not.toContain('embed');
        await host.goto(`${origin}/a/b/?backend=wasm&embed=unit&layer=conv2&unit=3`);
        await host.getByRole('heading', { name: 'conv2, unit 3' }).waitFor();
        await host.getByRole('application', { name: 'Map of unit 3' }).waitFor();
        await host.goto(`${origin}/a/b/?backend=wasm&embed=window`);
        await host.getByText('There is no panel window to embed').waitFor();
        expect(complaints).toEqual([]);
        await host.close();
        plain.close();
      });

      it('refuses weights from another site', async () => {
        const { page: other } = await openPage(
          visitor,
          `${new URL(served.address).origin}/?weights=https://example.com/w.safetensors`,
        );
        await other.getByText('https://example.com is another site').waitFor();
        await other.close();
      });

      it('opens again without a network', async () => {
        const context = await browser.newContext();
        context.setDefaultTimeout(PATIENCE);
        const offline = await context.newPage();
        await offline.goto(new URL(served.address).origin);
        await offline.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
        await offline.waitForFunction(() => navigator.serviceWorker.controller !== null);
        await context.setOffline(true);
        await offline.reload();
        await idle(offline);
        const [chooser] = await Promise.all([
          offline.waitForEvent('filechooser'),
          offline.getByText('Open weights…').click(),
        ]);
        await chooser.setFiles(`${served.folder}/weights.safetensors`);
        await offline.locator('.facts .file', { hasText: 'weights.safetensors' }).waitFor();
        await context.close();
      });

      it('complained about nothing', () => {
        expect(complaints).toEqual([]);
      });
    });
  },
);
