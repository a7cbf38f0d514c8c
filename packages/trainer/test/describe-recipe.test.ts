import { cpus, totalmem } from 'node:os';
import { expect, test, vi } from 'vitest';
import { describeRecipe } from '../src/index.js';
import { machine } from '../src/node.js';
import { tinyRecipe } from './tiny.js';

vi.mock('node:os', { spy: true });

test('every setting of a recipe is a line, network and operations first', () => {
  const recipe = {
    ...{ name: 'mine', source: 'me', epochs: 3, stopAfter: null },
    network: { preset: 'alexnet', modifiers: { groups: 2, conv1: { stride: 4 } } },
    augment: [{ op: 'resize' }, { op: 'fancyPca', sd: 0.1, form: 'paper' }],
    schedule: { kind: 'step', dropEpochs: [1, 2] },
  };
  expect(describeRecipe(recipe as never)).toEqual([
    'network.preset="alexnet"',
    'network.groups=2',
    'network.conv1.stride=4',
    'augment=resize→fancyPca(sd=0.1,form="paper")',
    'epochs=3',
    'stopAfter=null',
    'schedule.kind="step"',
    'schedule.dropEpochs=[1,2]',
  ]);
  expect(describeRecipe(tinyRecipe)).toContain('batchSize=8');
});

test('a machine in words', () => {
  vi.mocked(totalmem).mockReturnValue(23.6 * 2 ** 30);
  const processors = (model: string) =>
    vi.mocked(cpus).mockReturnValue([{ model }, { model }] as never);
  const kind = `24 GB, ${process.platform} ${process.arch}`;
  processors(' AMD  EPYC\t9 ');
  expect(machine()).toBe(`2 × AMD EPYC 9, ${kind}`);
  processors('  ');
  expect(machine()).toBe(`2 × ${process.arch}, ${kind}`);
  vi.mocked(cpus).mockReturnValue([]);
  expect(machine()).toBe(`0 × ${process.arch}, ${kind}`);
});
