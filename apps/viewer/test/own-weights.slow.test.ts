import { readFile } from 'node:fs/promises';
import { encodeSafetensors, saveModel } from '@alexnet/convert';
import { createSpec, parameterShapes } from '@alexnet/model';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBinaryproto } from '../../../packages/convert/src/caffe/index.js';
import { writeTfjsModel } from '../../../packages/convert/src/tfjs/tfjs-model.js';
import {
  chromiumPath,
  launch,
  openPage,
  PATIENCE,
  type Served,
  serve,
  whyNoBrowser,
} from './support/browser.js';
import { buildPage } from './support/build-page.js';
import { png, testImage } from './support/images.js';
import { hand, idle, shownAnswer } from './support/page-actions.js';
import { smallModel } from './support/small-model.js';

/** Files of other tools, made for the tests of @alexnet/convert. */
async function fixture(name: string, as = name) {
  const path = new URL(`../../../packages/convert/test/fixtures/${name}`, import.meta.url);
  return { name: as, bytes: new Uint8Array(await readFile(path)) };
}

const torchvision = 'torchvision’s AlexNet';

describe.skipIf(!chromiumPath)(
  `weights of other tools in Chromium${chromiumPath ? '' : ` (${whyNoBrowser})`}`,
  () => {
    let browser: Browser;
    let served: Served;
    let page: Page;
    let complaints: string[];

    beforeAll(async () => {
      buildPage();
      [browser, served] = await Promise.all([launch('none'), serve({ 'metrics.jsonl': '' })]);
      ({ page, complaints } = await openPage(
        browser,
        `${new URL(served.address).origin}/?backend=wasm`,
      ));
      await idle(page);
    });
    afterAll(async () => {
      await browser?.close();
      await served?.close();
    });

    const title = () => page.locator('.facts h1').textContent();
    /** Drops files and waits for the network in them, by the name shown above its title. */
    async function drop(files: readonly { name: string; bytes: Uint8Array }[]) {
      await hand(page, 'drop', files);
      await page.locator('.facts .file', { hasText: files[0]?.name ?? '' }).waitFor();
    }

    it.each([
      ['PyTorch', ['torchvision-tiny.pth'], torchvision],
      ['ONNX', ['torchvision-legacy.onnx'], torchvision],
      [
        'ONNX with its weights beside it',
        ['torchvision-dynamo.onnx', 'torchvision-dynamo.onnx.data'],
        torchvision,
      ],
      ['Keras', ['keras.keras'], torchvision],
      ['cuda-convnet', ['convnet-91.2'], 'AlexNet as the 2012 source ran it'],
      ['Caffe', ['caffe-v1.caffemodel'], 'Caffe’s AlexNet'],
    ] as const)('opens %s', async (_, names, expected) => {
      await drop(await Promise.all(names.map((name) => fixture(name))));
      expect(await title()).toBe(expected);
      await page.locator('#filters [data-filter="0"]').waitFor();
    });

    it('opens a TensorFlow.js model with its shards, and says which one is missing', async () => {
      const { modelJson, shards } = writeTfjsModel(await smallModel());
      const files = [
        { name: 'model.json', bytes: new TextEncoder().encode(modelJson) },
        ...[...shards].map(([name, bytes]) => ({ name, bytes })),
      ];
      await drop(files);
      expect(await title()).toBe('AlexNet as the paper has it');
      await hand(page, 'drop', files.slice(0, 1));
      await page.getByRole('alert').getByText('Drop the two together').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
    });

    it('asks before it opens a Caffe model whose mean image it must shorten', async () => {
      const data = new Float32Array(3 * 256 * 256).fill(110);
      const mean = writeBinaryproto({ height: 256, width: 256, data });
      const files = [
        await fixture('caffe-v2.caffemodel'),
        { name: 'mean.binaryproto', bytes: mean },
      ];
      await hand(page, 'drop', files);
      const dialog = page.getByRole('dialog', { name: 'This conversion is not exact' });
      await dialog.getByRole('button', { name: 'Do not open' }).click();
      expect(await title()).toBe('AlexNet as the paper has it');
      await hand(page, 'drop', files);
      await dialog.getByRole('button', { name: 'Open anyway' }).click();
      await page.locator('.facts .file', { hasText: 'mean.binaryproto' }).waitFor();
      await page.getByRole('button', { name: 'About this network' }).click();
      await page.getByText('(not exact)').first().waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
    });

    it('asks which of four networks a file of tensors holds', async () => {
      await hand(page, 'drop', [await fixture('npy-list.npy')]);
      const dialog = page.getByRole('dialog', { name: 'Which network is this?' });
      await dialog.getByText('LRN (k 1, α/n 0.00002)').first().waitFor();
      // What does not fit is said in the dialog, and asked again with what was chosen before.
      await dialog.getByLabel(/CaffeNet/).check();
      await dialog.getByText('What differs from it').click();
      await dialog.getByLabel('Normalization').selectOption('batch');
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      await dialog.getByText('the shapes are not those of caffenet').waitFor();
      expect(await dialog.getByLabel('Normalization').inputValue()).toBe('batch');
      await dialog.getByLabel('Normalization').selectOption('');
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      await page.locator('.facts .file', { hasText: 'npy-list.npy' }).waitFor();
      expect(await title()).toBe('CaffeNet');
    });

    it('opens a checkpoint of TensorFlow in two shards, of widths that one network has', async () => {
      const names = ['tf1.index', 'tf1.data-00000-of-00002', 'tf1.data-00001-of-00002'];
      await hand(page, 'drop', await Promise.all(names.map((name) => fixture(name))));
      await page.locator('.facts .file', { hasText: 'tf1.index' }).waitFor();
      expect(await title()).toBe(torchvision);
    });

    it('opens numbers of Keras only once it is said what they are', async () => {
      const names = ['keras.weights.h5'];
      const files = await Promise.all(names.map((name) => fixture(name)));
      const shown = page.locator('.facts .file', { hasText: names[0] ?? '' });
      const before = await title();
      await hand(page, 'drop', files);
      const dialog = page.getByRole('dialog', { name: 'Which network is this?' });
      await dialog.waitFor();
      expect(await title()).toBe(before);
      await dialog.getByRole('button', { name: 'Do not open' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await shown.count()).toBe(0);
      await hand(page, 'drop', files);
      await dialog.getByLabel(/torchvision/).check();
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      await dialog.getByText('Choose the order of the maps').waitFor();
      const maps = dialog.getByLabel('Maps reach the first dense layer as');
      await maps.selectOption('channels_last');
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      await shown.waitFor();
      expect(await title()).toBe(torchvision);
    });

    it('takes a description of the layers, and what differs from a network', async () => {
      const one = createSpec('torchvision', {
        width: 1 / 16,
        classes: 5,
        norm: 'none',
        pool: 'avg',
      });
      await hand(page, 'drop', [await fixture('npy-list.npy', 'described.npy')]);
      const dialog = page.getByRole('dialog', { name: 'Which network is this?' });
      await dialog.getByText('What differs from it').click();
      const file = dialog.getByLabel(/the whole network as JSON/);
      const json = (value: unknown) => ({
        name: 'net.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(value)),
      });
      await file.setInputFiles(json(one));
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      const more = page.getByRole('dialog', { name: 'What the file does not say' });
      await more.getByText(/say the channel order/).waitFor();
      await more.getByLabel('Colors of conv1').selectOption('rgb');
      await more.getByLabel('Maps reach the first dense layer as').selectOption('channels_last');
      await more.getByRole('button', { name: 'Open', exact: true }).click();
      await dialog.getByRole('alert').waitFor();
      await dialog.getByLabel(/as the paper has it/).check();
      await dialog.getByLabel('Pooling', { exact: true }).selectOption('avg');
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      await page.locator('.facts .file', { hasText: 'described.npy' }).waitFor();
      expect(await title()).toBe('AlexNet as the paper has it');
    });

    it('answers only once the reader has said how images are prepared', async () => {
      await drop([await fixture('torchvision-tiny.pth')]);
      await hand(page, 'paste', [
        { name: 'waves.png', type: 'image/png', bytes: await png(testImage()) },
      ]);
      const choice = page.getByLabel('How images are prepared');
      await choice.selectOption('unknown');
      await page.getByText('only filters and layers are shown').waitFor();
      expect(await page.locator('.answer').count()).toBe(0);
      await page.getByRole('button', { name: 'Choose again' }).click();
      await choice.selectOption('torchvision');
      await idle(page);
      const rgb = await shownAnswer(page);
      await page.getByRole('button', { name: 'Choose again' }).click();
      await choice.selectOption('Caffe');
      await idle(page);
      expect(await shownAnswer(page)).not.toEqual(rgb);
      // The same as torchvision's rule, typed.
      await page.getByRole('button', { name: 'Choose again' }).click();
      await choice.selectOption('typed');
      await page.getByLabel('Resized to, px').fill('100');
      await page.getByRole('button', { name: 'Prepare images so' }).click();
      await page.getByText('at least 224 for this network').waitFor();
      await page.getByLabel('Resized to, px').fill('256');
      await page.getByLabel('Pixel values').selectOption('1');
      await page.getByLabel(/^Mean of red/).fill('0.485, 0.456, 0.406');
      await page.getByLabel(/^Deviation/).fill('0.229 0.224 0.225');
      await page.getByRole('button', { name: 'Prepare images so' }).click();
      await idle(page);
      expect(await shownAnswer(page)).toEqual(rgb);
    });

    describe('published weights', () => {
      const name = 'alexnet-owt-7be5be79.pth';
      const official = 'https://download.pytorch.org/**';
      /** Opens a page on another server, whose browser takes any file for the one that was published. */
      async function visit(files: Record<string, Uint8Array>, trusting: boolean) {
        const server = await serve({ 'metrics.jsonl': '' }, files);
        const context = await browser.newContext();
        const visitor = await context.newPage();
        visitor.setDefaultTimeout(PATIENCE);
        if (trusting) {
          await visitor.addInitScript(() => {
            const hash = '7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02';
            crypto.subtle.digest = async () =>
              Uint8Array.from(hash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer;
          });
        }
        await visitor.goto(`${new URL(server.address).origin}/?backend=wasm`);
        await idle(visitor);
        const choose = async () => {
          await visitor.getByRole('button', { name: 'Published weights…' }).click();
          await visitor.getByRole('button', { name: /^Open torchvision/ }).click();
        };
        const leave = async () => {
          await context.close();
          await server.close();
        };
        return { visitor, choose, leave };
      }

      it('come from the page’s own server, are kept, linked to, and have a card', async () => {
        const { bytes } = await fixture('torchvision-tiny.pth');
        const { visitor, choose, leave } = await visit({ [name]: bytes }, true);
        let fetched = 0;
        visitor.on('request', (request) => {
          if (request.url().endsWith(name)) fetched++;
        });
        await choose();
        await visitor.getByRole('heading', { name: torchvision, level: 1 }).waitFor();
        await idle(visitor);
        await visitor.waitForURL(/weights=torchvision/);
        await visitor.reload();
        await visitor.getByRole('heading', { name: torchvision, level: 1 }).waitFor();
        expect(fetched).toBe(1);
        await visitor.getByRole('button', { name: 'About this network' }).click();
        const card = visitor.getByRole('dialog', { name: torchvision });
        await card.getByText('BSD-3-Clause, torchvision').waitFor();
        await card.getByText(/top-1 56.522 %, top-5 79.066 %/).waitFor();
        await card.getByText(/shorter side to 256 px/).waitFor();
        await leave();
      });

      it('come with fewer digits from the server, which makes them of what it has', async () => {
        const spec = createSpec('torchvision', { width: 1 / 16, headWidth: 1 / 256 });
        const weights = new Map(
          [...parameterShapes(spec)].map(([part, shape], seed) => {
            const length = shape.reduce((product, side) => product * side, 1);
            const data = Float32Array.from({ length }, (_, i) => Math.sin(seed + i) / 10);
            return [part, { shape, data }] as const;
          }),
        );
        const model = { spec, weights, preprocessing: null, classNames: null, provenance: null };
        const { files } = await saveModel(model, 'torch');
        const [bytes = new Uint8Array()] = files.values();
        const { visitor, leave } = await visit({ [name]: bytes }, false);
        await visitor.getByRole('button', { name: 'Published weights…' }).click();
        await visitor
          .getByRole('button', { name: /^int8, a quarter/ })
          .first()
          .click();
        await visitor.getByRole('heading', { name: torchvision, level: 1 }).waitFor();
        await visitor.waitForURL(/weights=torchvision.int8/);
        await visitor.getByRole('button', { name: 'About this network' }).click();
        const card = visitor.getByRole('dialog', { name: torchvision });
        await card.getByText('int8, one scale for each output channel').waitFor();
        await leave();
      });

      it('are refused with another checksum than was published', async () => {
        const { bytes } = await fixture('torchvision-tiny.pth');
        const { visitor, choose, leave } = await visit({ [name]: bytes }, false);
        await visitor.route(official, (route) => route.fulfill({ status: 404 }));
        await choose();
        const alert = visitor.getByRole('alert');
        await alert.getByText(/instead of 7be5be79.*alexnet weights get/).waitFor();
        await leave();
      });

      it('come from their official address where that allows it, and can be stopped', async () => {
        const { bytes } = await fixture('torchvision-tiny.pth');
        const { visitor, choose, leave } = await visit({}, true);
        let answer: () => void = () => undefined;
        const asked = new Promise<void>((resolve) => {
          answer = resolve;
        });
        let held = true;
        await visitor.route(official, async (route) => {
          answer();
          if (held) return;
          await route.fulfill({
            body: Buffer.from(bytes),
            headers: { 'Access-Control-Allow-Origin': '*' },
          });
        });
        await choose();
        await asked;
        await visitor.locator('.status').getByRole('button', { name: 'Cancel' }).click();
        await visitor.locator('.busy').waitFor({ state: 'detached' });
        expect(await visitor.getByRole('alert').locator('p').count()).toBe(0);
        held = false;
        await choose();
        await visitor.getByRole('heading', { name: torchvision, level: 1 }).waitFor();
        await leave();
      });
    });

    it('says what a checkpoint is, and what a stray part is', async () => {
      const tensor = { dtype: 'F32', shape: [1], data: new Uint8Array(4) } as const;
      const checkpoint = encodeSafetensors(
        new Map([['weights/conv1.bias', tensor]]),
        new Map([['alexnet.checkpoint', '{}']]),
      );
      const alert = page.getByRole('alert');
      await hand(page, 'drop', [{ name: 'step-100.safetensors', bytes: checkpoint }]);
      await alert.getByText('This is a checkpoint of "alexnet train"').waitFor();
      await hand(page, 'drop', [await fixture('caffe-mean.binaryproto')]);
      await alert.getByText('is a mean image').waitFor();
      await hand(page, 'drop', [
        await fixture('torchvision-tiny.pth'),
        await fixture('matconvnet.mat'),
      ]);
      await alert.getByText('These are several networks').waitFor();
    });

    it('stops reading when told to', async () => {
      const before = await page.locator('.facts .file').textContent();
      // 1.6 GB that are never in memory: a Blob made of one piece many times.
      await page.evaluate(() => {
        // The first bytes of HDF5, whose readers want the whole file.
        const head = Uint8Array.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
        const piece = new Blob([new Uint8Array(2 ** 26)]);
        const data = new DataTransfer();
        data.items.add(new File([head, ...Array<Blob>(24).fill(piece)], 'huge.h5'));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
      });
      await page.locator('.status').getByRole('button', { name: 'Cancel' }).click();
      await page.locator('.busy').waitFor({ state: 'detached' });
      expect(await page.getByText('huge.h5').count()).toBe(0);
      expect(await page.locator('.facts .file').textContent()).toBe(before);
    });

    it('binds the workers that read files by the policy of the page', async () => {
      const { headers } = await fetch(new URL(served.address).origin);
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*connect-src 'self'/,
      );
    });

    it('complained about nothing and sent nothing', () => {
      expect(complaints).toEqual([]);
    });
  },
);
