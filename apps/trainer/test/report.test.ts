import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { classScores, commonestConfusions } from '../src/report/class-scores.js';
import { showMistakes } from '../src/report/mistakes.js';
import { reportPage } from '../src/report/page.js';
import { readRunFiles } from '../src/report/run-files.js';
import { thinSteps } from '../src/report/thin-steps.js';
import { CLASS_NAMES, writeFixtureRun } from './fixture-run.js';

let folder: string;
let page: string;
let document: Document;

/** A validation split that still has the first mistake's image and lost the second's. */
const dataset = {
  validation: {
    records: [{ id: 'val/<slate>/2.png', label: 2 }],
    image: async () => ({ width: 4, height: 6, data: new Uint8Array(4 * 6 * 3).fill(90) }),
    bytes: () => Promise.reject(new Error('not asked for')),
    size: () => Promise.reject(new Error('not asked for')),
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-report-'));
  await writeFixtureRun(folder);
  const run = await readRunFiles(folder);
  const mistakes = await showMistakes(run.evaluation?.evaluations[0]?.mistakes ?? [], dataset, 24);
  page = await reportPage(folder, run, { mistakes, withoutImages: null });
  document = parseHTML(page).document as unknown as Document;
});
afterAll(() => rm(folder, { recursive: true }));

const texts = (selector: string) =>
  [...document.querySelectorAll(selector)].map((node) => node.textContent?.trim());

test('the page needs nothing from outside and runs no script', () => {
  const outside = [...document.querySelectorAll('[src], [href], link, script, iframe')].filter(
    (node) => !node.getAttribute('src')?.startsWith('data:'),
  );
  expect(outside).toEqual([]);
  expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|@import|url\((?!#)/);
});

test('the final numbers head it, and every section follows', () => {
  // The run wrote a top-5, among three classes.
  expect(page).not.toContain('top-5');
  expect(texts('.numbers dt')).toEqual([
    'top-1',
    'always the commonest class',
    'validation images',
  ]);
  expect(texts('.numbers dd')).toEqual(['70.0%', '50.0%', '20']);
  expect(texts('h2')).toEqual([
    'Learning',
    'conv1 filters',
    'Classes',
    'Surest mistakes',
    'Environment',
  ]);
  expect(texts('.lead')[0]).toContain('2 epochs in 6 s');
});

test('every image and drawing says in words what it shows', () => {
  const drawings = [...document.querySelectorAll('figure[data-figure] > .wide svg')];
  expect(drawings).toHaveLength(7);
  for (const drawing of drawings) {
    expect(drawing.getAttribute('role')).toBe('img');
    expect(drawing.getAttribute('aria-label')).toMatch(/\w{4}/);
  }
  const loss = document.querySelector('[data-figure=loss] svg');
  expect(loss?.getAttribute('aria-label')).toBe(
    'Loss over epochs: from 2.00 to 0.200 in training, from 1.20 to 0.600 in validation.',
  );
  for (const image of document.querySelectorAll('img')) {
    expect(image.getAttribute('alt')).toMatch(/\w/);
  }
});

test('names from the data are text, never markup', () => {
  expect(document.querySelector('slate')).toBeNull();
  expect(texts('#by-class ~ figure svg text')).toContain('<slate "gray">');
});

test('a mistake shows its image, or its name where the image is gone', async () => {
  const [shown, gone] = [...document.querySelectorAll('.mistakes li')];
  expect(shown?.textContent).toMatch(/amber, 98 % sure\s*is <slate "gray">/);
  const source = shown?.querySelector('img')?.getAttribute('src') ?? '';
  const thumbnail = sharp(Buffer.from(source.replace(/^data:image\/webp;base64,/, ''), 'base64'));
  expect(await thumbnail.metadata()).toMatchObject({ format: 'webp', width: 144, height: 144 });
  expect(gone?.querySelector('img')).toBeNull();
  expect(gone?.textContent).toContain('val/gone.png');
});

test('kernels are shown at every checkpoint, the newest first', () => {
  expect(texts('.strip figcaption')).toEqual([
    'after 10 updates, epoch 2',
    'before the first update',
    'after 5 updates, epoch 1',
  ]);
});

test('a run that has just begun has a page too', async () => {
  const run = await readRunFiles(folder);
  const young = { ...run, steps: [], epochs: [], evaluation: null, filters: [] };
  const early = await reportPage(folder, young, { mistakes: [], withoutImages: null });
  expect(early).toContain('0 of 2 epochs done');
  expect(early).not.toMatch(/NaN|undefined|Infinity/);
});

test('class scores come with their Wilson intervals, confusions by how many images', () => {
  const confusion = [
    [8, 2, 0],
    [1, 4, 0],
    [3, 0, 2],
  ];
  const [best] = classScores(confusion, CLASS_NAMES);
  // R: prop.test(8, 10, correct = FALSE)$conf.int is 0.4901625 0.9433178.
  expect(best).toMatchObject({ name: 'amber', images: 10, right: 8, share: 0.8 });
  expect(best?.low).toBeCloseTo(0.49016, 4);
  expect(best?.high).toBeCloseTo(0.94332, 4);
  expect(commonestConfusions(confusion, CLASS_NAMES, 2)).toEqual([
    { truth: '<slate "gray">', answer: 'amber', count: 3, share: 0.6 },
    { truth: 'amber', answer: 'moss & fern', count: 2, share: 0.2 },
  ]);
});

test('a long run is thinned to what a column can show, its range kept', () => {
  const steps = Array.from({ length: 10_000 }, (_, index) => ({
    kind: 'step' as const,
    step: index + 1,
    epoch: 1,
    loss: index % 100 === 0 ? 9 : 1,
    accuracy: 0,
    learningRate: 0.01,
    imagesPerSecond: index % 2 === 0 ? 100 : 300,
    wait: 0,
  }));
  const points = thinSteps(steps, 1000);
  expect(points.length).toBeLessThanOrEqual(240);
  expect(points.at(-1)?.epoch).toBeCloseTo(10, 1);
  expect(Math.max(...points.map(({ lossHigh }) => lossHigh))).toBe(9);
  expect(points[0]?.imagesPerSecond).toBeCloseTo(150, 6);
});

test('of a run without validation images no figure is made up', async () => {
  const run = await readRunFiles(folder);
  const unvalidated = run.epochs.map(({ validationTop5: _, ...line }) => ({
    ...line,
    validationLoss: Number.NaN,
    validationTop1: Number.NaN,
  }));
  const made = await reportPage(
    folder,
    { ...run, evaluation: null, epochs: unvalidated },
    { mistakes: [], withoutImages: null },
  );
  expect(made).not.toContain('NaN');
  expect(made).toContain('training top-1 after epoch 2');
});
