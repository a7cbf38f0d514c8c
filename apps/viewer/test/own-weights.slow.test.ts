import { readFile } from 'node:fs/promises';
import { encodeSafetensors } from '@alexnet/convert';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBinaryproto } from '../../../packages/convert/src/caffe/index.js';
import { writeTfjsModel } from '../../../packages/convert/src/tfjs/tfjs-model.js';
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
      [browser, served] = await Promise.all([launch(), serve({ 'metrics.jsonl': '' })]);
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
      [
        'TensorFlow in two shards',
        ['tf1.index', 'tf1.data-00000-of-00002', 'tf1.data-00001-of-00002'],
        torchvision,
      ],
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
      await dialog.getByLabel(/CaffeNet/).check();
      await dialog.getByRole('button', { name: 'Open', exact: true }).click();
      await page.locator('.facts .file', { hasText: 'npy-list.npy' }).waitFor();
      expect(await title()).toBe('CaffeNet');
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
        const head = new TextEncoder().encode(`${'\u0010'}${'\u0000'.repeat(7)}{"a":{}        }`);
        const piece = new Blob([new Uint8Array(2 ** 26)]);
        const data = new DataTransfer();
        data.items.add(new File([head, ...Array<Blob>(24).fill(piece)], 'huge.safetensors'));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
      });
      await page.locator('.status').getByRole('button', { name: 'Cancel' }).click();
      await page.locator('.busy').waitFor({ state: 'detached' });
      expect(await page.getByText('huge.safetensors').count()).toBe(0);
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
