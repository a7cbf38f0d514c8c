import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSpec } from '@alexnet/model';
import { type Evaluation, RECIPES, type Recipe } from '@alexnet/trainer';
import { type MetricsLine, writeEvaluation } from '@alexnet/trainer/node';
import sharp from 'sharp';
import type { RunRecord } from '../src/run-folder.js';

export const CLASS_NAMES = ['amber', 'moss & fern', '<slate "gray">'] as const;

/** 10, 5 and 5 images; 14 of 20 right. */
const CONFUSION = [
  [8, 2, 0],
  [1, 4, 0],
  [3, 0, 2],
];

/** Two epochs of five updates: batches of 8 out of 40 images. */
export function fixtureLines(): MetricsLine[] {
  return [1, 2].flatMap((epoch): MetricsLine[] => [
    ...[1, 2, 3, 4, 5].map(
      (at): MetricsLine => ({
        kind: 'step',
        step: 5 * (epoch - 1) + at,
        epoch,
        loss: 2 / (5 * (epoch - 1) + at),
        accuracy: 0.5,
        learningRate: 0.01,
        imagesPerSecond: 80 + at,
        wait: 0.02,
      }),
    ),
    {
      kind: 'epoch',
      step: 5 * epoch,
      epoch,
      trainLoss: 1 / epoch,
      trainTop1: 0.4 + 0.1 * epoch,
      validationLoss: 1.2 / epoch,
      validationTop1: 0.35 * epoch,
      validationTop5: 1,
      seconds: 3,
      wait: 0.02,
    },
  ]);
}

const evaluation: Evaluation = {
  view: 'center crop',
  images: 20,
  skipped: [],
  loss: 0.6,
  top1: 0.7,
  top5: 1,
  majority: { label: 0, share: 0.5 },
  confusion: CONFUSION,
  mistakes: [
    { id: 'val/<slate>/2.png', label: 2, answer: 0, probability: 0.98 },
    { id: 'val/gone.png', label: 0, answer: 1, probability: 0.61 },
  ],
};

/** Writes a run folder as `alexnet train` leaves it, small enough to know every number of. */
export async function writeFixtureRun(folder: string): Promise<RunRecord> {
  const recipe: Recipe = { ...(RECIPES.quick as Recipe), epochs: 2, batchSize: 8 };
  const network = createSpec('alexnet', { classes: CLASS_NAMES.length });
  const record: RunRecord = {
    format: 1,
    created: '2026-01-02T03:04:05.000Z',
    command: 'alexnet train --data images --out run',
    data: 'images',
    datasetName: 'images',
    seed: 1,
    trainImages: 40,
    validationImages: 20,
    classNames: CLASS_NAMES,
    recipe,
    network,
    preprocessing: {
      resize: { shorterSide: 256 },
      crop: { height: 227, width: 227 },
      channelOrder: 'rgb',
      range: 255,
      mean: [120, 120, 120],
      std: null,
    },
    colors: {
      mean: [120, 120, 120],
      std: [60, 60, 60],
      eigenvalues: [3, 2, 1],
      eigenvectors: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      pixels: 1,
    },
    parts: [
      {
        fromStep: 0,
        started: '2026-01-02T03:04:05.000Z',
        command: 'alexnet train --data images --out run',
        backend: 'cpu',
        device: 'one & only',
        precision: 'fp32',
        machine: 'a machine',
        versions: { alexnet: '0.0.0', tfjs: '4.22.0', node: 'v20.19.0' },
      },
    ],
    limits: { steps: null, maxBroken: 0.01, checkpointEvery: 600_000 },
  };
  await mkdir(join(folder, 'filters'), { recursive: true });
  await writeFile(join(folder, 'run.json'), JSON.stringify(record));
  const lines = fixtureLines().map((line) => `${JSON.stringify(line)}\n`);
  // A run that is being written ends in half a line.
  await writeFile(join(folder, 'metrics.jsonl'), `${lines.join('')}{"kind":"st`);
  await writeEvaluation(join(folder, 'evaluation.json'), {
    format: 1,
    created: record.created,
    step: 10,
    classNames: CLASS_NAMES,
    evaluations: [evaluation],
  });
  for (const step of [0, 5, 10]) {
    await sharp({ create: { width: 30, height: 10, channels: 3, background: '#808080' } })
      .png()
      .toFile(join(folder, 'filters', `step-${String(step).padStart(8, '0')}.png`));
  }
  return record;
}
