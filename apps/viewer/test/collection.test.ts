import type { RgbImage } from '@alexnet/augment';
import type { Selection } from '@alexnet/backend';
import { createClassifier } from '@alexnet/classifier';
import { encodeTarFile, TAR_END } from '@alexnet/files/tar';
import { writeZip } from '@alexnet/files/zip';
import { describe, expect, it } from 'vitest';
import { collectImages, MOST_IMAGES } from '../src/lib/collection/collect-images.js';
import { lookAtImages } from '../src/lib/collection/look-at-images.js';
import type { LookAtAll } from '../src/lib/collection/look-in-worker.js';
import { nearest } from '../src/lib/collection/neighbors.js';
import { featureLayer, weightedLayers } from '../src/lib/collection/scanned-layers.js';
import { peaksOf, TopImages } from '../src/lib/collection/top-images.js';
import { Collection } from '../src/state/collection.js';
import type { Host } from '../src/state/host.js';
import { Session } from '../src/state/session.js';
import { testImage } from './support/images.js';
import { smallModel, smallSpec, tf } from './support/small-model.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('images of a folder or archive', () => {
  it('are found by name, tools’ own files and others passed over', async () => {
    const names = ['b/2.JPG', 'b/1.png', '__MACOSX/b/._1.png', 'b/.hidden.png', 'notes.txt'];
    const zip = writeZip(names.map((name) => ({ name, data: bytes(name) })));
    const tar = [...names.map((name) => encodeTarFile(name, bytes(name))), TAR_END];
    for (const file of [
      new File([zip.slice()], 'a.zip'),
      new File(
        tar.map((part) => part.slice()),
        'a.tar',
      ),
    ]) {
      const { images, found } = await collectImages([file]);
      expect(found).toBe(2);
      expect(images.map(({ name }) => name)).toEqual(['b/1.png', 'b/2.JPG']);
      expect(await Promise.all(images.map(({ blob }) => blob.text()))).toEqual([
        'b/1.png',
        'b/2.JPG',
      ]);
    }
    await expect(collectImages([new File(['x'], 'notes.txt')])).rejects.toThrow('no images here');
  });

  it('are the first by name where there are too many, and how many there are is known', async () => {
    const numbers = [...Array(MOST_IMAGES + 2).keys()].reverse();
    const names = numbers.map((number) => `${String(number).padStart(5, '0')}.heic`);
    const { images, found } = await collectImages(names.map((name) => new File([name], name)));
    expect(found).toBe(MOST_IMAGES + 2);
    expect(images).toHaveLength(MOST_IMAGES);
    expect(images.at(-1)?.name).toBe('04999.heic');
  });
});

describe('the images that excite a unit most', () => {
  it('are the nine best, the best first, where it answers most', () => {
    const top = new TopImages();
    const values = [3, 9, 1, 4, 8, 7, 2, 11, 6, 5, 10, 0];
    for (const [image, value] of values.entries()) {
      // Two units on a map of 2 × 3; the second says the opposite.
      const data = new Float32Array(12).fill(-100);
      data[(image % 6) * 2] = value;
      data[5 * 2 + 1] = -value;
      top.add(image, peaksOf({ shape: [2, 3, 2], data }));
    }
    expect(top.of(0).map(({ value }) => value)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(top.of(0)[0]).toEqual({ image: 7, value: 11, row: 0, column: 1 });
    expect(top.of(1)[0]).toMatchObject({ image: 11, row: 1, column: 2 });
    top.add(12, peaksOf({ shape: [2], data: Float32Array.of(12, 0) }));
    expect(top.of(0)[0]).toEqual({ image: 12, value: 12, row: 0, column: 0 });
  });
});

describe('a collection', () => {
  it('is looked through, and an image of it is its own nearest neighbor', async () => {
    const file = await smallModel();
    const host = {
      backend: null,
      openBackend: async () =>
        ({ name: 'cpu', device: 'this test', tf, passedOver: [] }) as unknown as Selection,
      whenLost: () => undefined,
      readWeights: async () => ({ model: file, notes: [], format: 'safetensors' }),
      nextFrame: async () => undefined,
    } as unknown as Host;
    const session = new Session(host);
    await session.openWeights([new File(['12345678'], 'own.safetensors')]);
    const decode = async (blob: Blob): Promise<RgbImage> => {
      const text = await blob.text();
      if (text === 'broken') throw new Error('no image');
      return testImage(60 + Number(text), 70);
    };
    /** What the worker does, in this thread. */
    const here: LookAtAll = async ({ model, images }, onLook, signal) => {
      const classifier = createClassifier(tf, model, async (image: RgbImage) => image);
      for await (const look of lookAtImages(classifier, images, decode)) {
        if (signal.aborted) break;
        onLook(look);
      }
      classifier.dispose();
    };
    const collection = new Collection(session, here);
    const names = ['1.png', '2.png', '3.png', '4.png'];
    const texts = ['0', '20', 'broken', '40'];
    await collection.open(names.map((name, i) => new File([texts[i] ?? ''], name)));
    const { scan, running } = collection.state;
    expect(running).toBe(false);
    expect(scan).toMatchObject({ done: 4, broken: ['3.png'] });
    expect([...(scan?.top.keys() ?? [])]).toEqual(weightedLayers(smallSpec));
    expect(scan?.top.get('conv5')?.of(3).length).toBe(3);
    expect(featureLayer(smallSpec)).toBe('relu7');
    const own = scan?.features.get(1) ?? new Float32Array();
    const found = nearest(scan?.features ?? new Map(), own, 2);
    expect(found[0]).toEqual({ image: 1, distance: 0 });
    expect(found[1]?.distance).toBeGreaterThan(0);
    const direct = await session.state.opened?.activations(testImage(80, 70), ['relu7']);
    expect(direct?.get('relu7')?.data).toEqual(own);
    // Stopping keeps what was found, and nothing is added afterwards.
    const unsubscribe = collection.subscribe(({ scan }) => scan?.done === 2 && collection.stop());
    await collection.run();
    unsubscribe();
    expect(collection.state).toMatchObject({ running: false, scan: { done: 2 } });
  });
});
