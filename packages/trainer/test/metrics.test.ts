import { expect, test } from 'vitest';
import type { EpochLine, EvaluationLine, MetricsLine, StepLine } from '../src/node/metrics-log.js';
import { summaryValues } from '../src/node/tensorboard/summary-values.js';
import { metricsCsv, parseMetricsLine } from '../src/node.js';

test.each([
  ['{"kind":"step","step":3,"learningRate":0.1}', { kind: 'step', step: 3, learningRate: 0.1 }],
  ['{"kind":"step","step":3,"rate":0.1}', { kind: 'step', step: 3, learningRate: 0.1 }],
  [
    '{"kind":"epoch","step":3,"trainLoss":1,"validationLoss":null}',
    { kind: 'epoch', step: 3, trainLoss: 1, validationLoss: Number.NaN },
  ],
  ['{"kind":"step","st', null],
  ['', null],
])('the line %s', (text, line) => {
  expect(parseMetricsLine(text)).toEqual(line);
});

const step: StepLine = {
  kind: 'step',
  ...{ step: 1, epoch: 1, loss: 2, accuracy: 0.5 },
  ...{ learningRate: 0.01, imagesPerSecond: 100, wait: 0 },
};
const epoch: EpochLine = {
  kind: 'epoch',
  ...{ step: 1, epoch: 1, trainLoss: 2, trainTop1: 0.5 },
  ...{ validationLoss: 3, validationTop1: 0.25, seconds: 9, wait: 0 },
};
const evaluation: EvaluationLine = {
  kind: 'evaluation',
  ...{ step: 1, view: 'ten crops of it', images: 8, top1: 0.5, majority: 0 },
};

test.each<[string, MetricsLine, Record<string, number>]>([
  [
    'step',
    { ...step, gradientNorm: 7 },
    {
      ...{ 'train/loss': 2, 'train/accuracy': 0.5, 'train/learning_rate': 0.01 },
      ...{ 'train/gradient_norm': 7, 'speed/images_per_second': 100, 'speed/data_wait': 0 },
    },
  ],
  [
    'step of an older run',
    step,
    {
      ...{ 'train/loss': 2, 'train/accuracy': 0.5, 'train/learning_rate': 0.01 },
      ...{ 'speed/images_per_second': 100, 'speed/data_wait': 0 },
    },
  ],
  [
    'epoch',
    { ...epoch, validationTop5: 0.75 },
    {
      ...{ 'epoch/train_loss': 2, 'epoch/train_top1': 0.5, 'validation/loss': 3 },
      ...{ 'validation/top1': 0.25, 'validation/top5': 0.75, 'epoch/seconds': 9 },
    },
  ],
  [
    'epoch without validation',
    { ...epoch, validationLoss: Number.NaN, validationTop1: Number.NaN },
    { 'epoch/train_loss': 2, 'epoch/train_top1': 0.5, 'epoch/seconds': 9 },
  ],
  [
    'evaluation',
    { ...evaluation, top5: 1 },
    { 'final/ten_crops_of_it_top1': 0.5, 'final/ten_crops_of_it_top5': 1 },
  ],
  ['evaluation of few classes', evaluation, { 'final/ten_crops_of_it_top1': 0.5 }],
])('what TensorBoard shows of an %s', (_, line, scalars) => {
  const shown = summaryValues(line).map((value) => [value.tag, 'scalar' in value && value.scalar]);
  expect(Object.fromEntries(shown)).toEqual(scalars);
});

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "a"', '"say ""a"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\rlines', '"two\rlines"'],
])('a cell of CSV: %j', (view, cell) => {
  const [head = '', row = ''] = metricsCsv([{ ...evaluation, view }]).split(/\n(?=evaluation)/);
  const before = head.split(',').indexOf('view');
  expect(row.startsWith(`evaluation,1${','.repeat(before - 1)}${cell},8,0.5,,0`)).toBe(true);
});
