import { expect, test } from 'vitest';
import { metricsCsv } from '../src/node.js';

test('metrics of every kind are rows of one table, what a row lacks an empty cell', () => {
  const csv = metricsCsv([
    {
      kind: 'step',
      step: 1,
      epoch: 1,
      loss: 2.5,
      accuracy: 0.25,
      learningRate: 0.01,
      imagesPerSecond: 80,
      wait: 0,
    },
    {
      kind: 'epoch',
      step: 1,
      epoch: 1,
      trainLoss: 2.5,
      trainTop1: 0.25,
      validationLoss: Number.NaN,
      validationTop1: 0.5,
      seconds: 3,
      wait: 0.1,
    },
    {
      kind: 'evaluation',
      step: 1,
      view: 'center crop',
      images: 4,
      top1: 0.5,
      top5: 1,
      majority: 0.25,
    },
  ]);
  expect(csv.split('\n')).toEqual([
    'kind,step,epoch,loss,accuracy,learningRate,gradientNorm,imagesPerSecond,wait,trainLoss,trainTop1,validationLoss,validationTop1,validationTop5,seconds,view,images,top1,top5,majority,world,reduction,reducing',
    'step,1,1,2.5,0.25,0.01,,80,0,,,,,,,,,,,,,,',
    'epoch,1,1,,,,,,0.1,2.5,0.25,,0.5,,3,,,,,,,,',
    'evaluation,1,,,,,,,,,,,,,,center crop,4,0.5,1,0.25,,,',
    '',
  ]);
});
