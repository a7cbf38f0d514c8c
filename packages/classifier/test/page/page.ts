import { decodeImage, loadClassifier } from '../../src/index.js';
import { augmentedBatch } from '../augmented.js';
import { disc, discRgba } from '../disc.js';

/** Run in a page by `browser.slow.test.ts`: one line of JSON is what it found. */

const { width, height, data } = disc();
const imageData = new ImageData(discRgba(), width, height);
const canvas = new OffscreenCanvas(width, height);
canvas.getContext('2d')?.putImageData(imageData, 0, 0);
const blob = await canvas.convertToBlob({ type: 'image/png' });
const buffer = await blob.arrayBuffer();
const address = URL.createObjectURL(blob);
const element = Object.assign(new Image(20, 20), { src: address });
const shown = Object.assign(document.createElement('canvas'), { width, height });
shown.getContext('2d')?.putImageData(imageData, 0, 0);
const images = {
  address,
  blob,
  bytes: new Uint8Array(buffer),
  buffer,
  bitmap: await createImageBitmap(blob),
  element,
  canvas: shown,
  offscreen: canvas,
  imageData,
  pixels: { width, height, data },
};

const layers = ['conv1', 'fc8'];
const plain = (maps: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>) =>
  [...maps].map(([layer, { shape, data: values }]) => [layer, shape, [...values.slice(0, 100)]]);

const alexnet = await loadClassifier('showcase');
const each: Record<string, unknown> = {};
for (const [kind, image] of Object.entries(images)) {
  each[kind] = {
    answers: await alexnet.classify(image, { top: 3 }),
    activations: plain(await alexnet.activations(image, layers)),
  };
}
const list = Object.values(images);
const many = await alexnet.classify(list, { top: 3, tenCrop: true });
const maps = (await alexnet.activations(list, layers)).map(plain);
const wrong = await alexnet.classify(new Blob(['no image'])).catch(String);
const video = document.createElement('video');
const noFrame = await alexnet.classify(video).catch(String);
Object.assign(video, { srcObject: shown.captureStream(), muted: true });
// A stream has a frame when something is drawn.
const drawing = setInterval(() => shown.getContext('2d')?.putImageData(imageData, 0, 0), 50);
await Promise.all([
  video.play(),
  new Promise((done) => video.addEventListener('loadeddata', done)),
]);
clearInterval(drawing);
const frame = await alexnet.classify(video, { top: 1 });
const noImage = await alexnet
  .classify(Object.assign(new Image(), { src: 'none.png' }))
  .catch(String);
// Files beside the page.
const names: string[] = await (await fetch('files.json')).json();
const elsewhere = new URL(names[0] ?? '', location.href.replace('127.0.0.1', 'localhost'));
const ofAnotherSite = Object.assign(new Image(), { src: elsewhere.href });
const closed = await alexnet.classify(ofAnotherSite).catch(String);
const files: Record<string, { probabilities: number[]; pixels: number[] }> = {};
for (const name of names) {
  const file = await (await fetch(name)).blob();
  const { probabilities } = await alexnet.predict(file);
  const { data } = await decodeImage(file);
  files[name] = {
    probabilities: [...probabilities],
    pixels: data.length < 30_000 ? [...data] : [],
  };
}
const batch = await crypto.subtle.digest('SHA-256', await augmentedBatch());

console.log(
  JSON.stringify({
    each,
    many,
    maps,
    frame,
    wrong: [wrong, noFrame, noImage, closed],
    files,
    batch: [...new Uint8Array(batch)],
  }),
);
Object.assign(globalThis, { done: true });
