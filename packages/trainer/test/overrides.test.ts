import { expect, test } from 'vitest';
import { applyOverrides } from '../src/index.js';
import { paper } from '../src/recipes/paper.js';

test('sets plain, nested, list and layer settings and leaves the recipe as it was', () => {
  const changed = applyOverrides(paper, [
    'learningRate=0.02',
    'augment.flip=false',
    'schedule.kind=step',
    'schedule.dropEpochs=[25,51]',
    'network.groups=1',
    'layers.conv1.frozenFromEpoch=72',
  ]);
  expect(changed).toMatchObject({
    learningRate: 0.02,
    augment: { flip: false, crop: true },
    schedule: { kind: 'step', dropEpochs: [25, 51] },
    network: { groups: 1, preset: 'paper' },
    layers: { conv1: { frozenFromEpoch: 72 } },
  });
  expect(paper.learningRate).toBe(0.01);
  expect(paper.layers).toEqual({});
});

test.each([
  ['learningRat=0.1', /no such setting; the nearest is learningRate/],
  ['augment.flp=true', /nearest is augment\.flip/],
  ['epochs=many', /expects a number such as 90/],
  ['epochs=null', /null is only for network settings/],
  ['epochs', /write it as key=value/],
  ['layers.conv1.speed=2', /layers\.conv1\.rate/],
  ['__proto__.polluted=1', /no such setting/],
])('refuses %s', (setting, message) => {
  expect(() => applyOverrides(paper, [setting])).toThrow(message);
});
