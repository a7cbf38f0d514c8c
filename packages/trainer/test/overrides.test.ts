import { expect, test } from 'vitest';
import { applyOverrides, type Recipe, readRecipe, SettingError } from '../src/index.js';
import { paper } from '../src/recipes/paper.js';

test('sets plain, nested, list and layer settings and leaves the recipe as it was', () => {
  const changed = applyOverrides(paper, [
    'learningRate=0.02',
    'schedule.kind=step',
    'schedule.dropEpochs=[25,51]',
    'network.groups=1',
    'network.conv1.sd=0.02',
    'layers.conv1.frozenFromEpoch=72',
  ]);
  expect(changed).toMatchObject({
    learningRate: 0.02,
    schedule: { kind: 'step', dropEpochs: [25, 51] },
    network: { preset: 'paper', modifiers: { groups: 1, conv1: { sd: 0.02 } } },
    layers: { conv1: { frozenFromEpoch: 72 } },
  });
  expect(applyOverrides(changed, ['network.groups=null']).network.modifiers).toEqual({
    conv1: { sd: 0.02 },
  });
  expect(paper.learningRate).toBe(0.01);
  expect(paper.layers).toEqual({});
});

test.each([
  ['stopAfter=5', { stopAfter: 5 }],
  ['network.init=2012', { network: { modifiers: { init: '2012' } } }],
  ['precision=bf16', { precision: 'bf16' }],
  ['batchNormVariance=unbiased', { batchNormVariance: 'unbiased' }],
  ['preprocessing.mean=image', { preprocessing: { mean: 'image' } }],
  ['schedule.warmupStart=0.5', { schedule: { warmupStart: 0.5 } }],
])('sets %s, which the recipe leaves out', (setting, expected) => {
  const { stopAfter, precision, batchNormVariance, ...without } = paper;
  expect(applyOverrides(without as Recipe, [setting])).toMatchObject(expected);
});

const namesAfter = (...settings: string[]) =>
  applyOverrides(paper, settings).augment.map(({ op }) => op);

test('operations are put in where they usually stand, set, and taken out', () => {
  expect(namesAfter('augment.fancyPca=false', 'augment.randomErasing=true')).toEqual([
    'resize',
    'centralSquare',
    'randomCrop',
    'randomFlip',
    'normalize',
    'randomErasing',
  ]);
  expect(
    namesAfter('augment.mixup.alpha=0.4', 'augment.labelSmoothing.amount=0.2').slice(-3),
  ).toEqual(['normalize', 'mixup', 'labelSmoothing']);
  expect(namesAfter('augment.randomResizedCrop=true').slice(0, 3)).toEqual([
    'resize',
    'centralSquare',
    'randomResizedCrop',
  ]);
  const whole = '[{"op":"randomResizedCrop","scale":[0.5,1]},{"op":"normalize"}]';
  expect(applyOverrides(paper, [`augment=${whole}`]).augment).toMatchObject(JSON.parse(whole));
  const { augment } = applyOverrides(paper, ['augment.randomFlip.probability=0']);
  expect(augment[3]).toEqual({ op: 'randomFlip', probability: 0, sharedBy: 1 });
});

test.each([
  [
    'learningRat=0.1',
    '--set learningRat=0.1: there is no such setting; did you mean learningRate?',
  ],
  ['lr=0.1', 'did you mean learningRate?'],
  ['wd=0.1', 'did you mean weightDecay?'],
  ['batch=8', 'did you mean batchSize?'],
  ['dropout=0', 'did you mean network.dropout?'],
  ['network.conv1.strid=2', '--set network.conv1.strid=2: network.conv1.strid: there is no such'],
  ['network.conv1Stride=2', 'there is no such setting; did you mean network.conv1.stride?'],
  ['network.widht=1', 'there is no such setting; did you mean network.width?'],
  ['augment.flip=true', 'there is no operation flip; did you mean randomFlip?'],
  ['augment.randomFlip=0.5', 'expects true or false, or an option'],
  ['augment.mixup.beta=1', 'augment[6].beta: there is no such setting'],
  ['augment.colorJitter.hue=2', 'augment[4].hue: expects at most 0.5, not 2'],
  ['augment.normalize=false', 'augment gives gray levels: add normalize'],
  ['augment=[]', 'augment gives images of no one size: add a crop'],
  ['epochs=many', 'epochs: expects a number, not "many"'],
  ['epochs=null', 'epochs: is missing'],
  ['epochs=-1', 'epochs: expects at least 1, not -1'],
  ['epochs=1.5', 'epochs: expects a whole number, not 1.5'],
  ['epochs', 'write it as key=value'],
  ['epochs.x=1', 'epochs has no settings of its own'],
  ['momentum=2', 'momentum: expects less than 1, not 2'],
  ['learningRate=1e999', 'learningRate: expects a finite number, not Infinity'],
  ['learningRate=0', 'learningRate: expects more than 0, not 0'],
  ['learningRate=1e999', 'learningRate: expects a finite number'],
  ['biasDecay=1', 'biasDecay: expects true or false, not 1'],
  ['schedule.kind=linear', 'expects "constant" or "cosine" or "step" or "plateau", not "linear"'],
  ['schedule.dropEpochs=[3,"x"]', 'schedule.dropEpochs[1]: expects a number, not "x"'],
  ['preprocessing.divideBy=-64', 'preprocessing.divideBy: expects more than 0, not -64'],
  ['preprocessing.shorterSide=200', 'augment[2]: randomCrop cuts 227 × 227 px, but is given'],
  ['network.preset=papr', 'network.preset: expects'],
  ['network.groups=3', '--set network.groups=3: network.groups: expects 1 or 2, not 3'],
  ['network.input=224', 'network: '],
  [
    'layers.conv9.learningRateFactor=0',
    'layers.conv9: paper has no layer of this name that learns',
  ],
  ['layers.conv1.speed=2', 'layers.conv1.speed: there is no such setting'],
  ['layers.conv1.rate=0', 'did you mean learningRateFactor?'],
  ['__proto__.polluted=1', 'there is no such setting'],
  ['layers.__proto__.polluted=1', 'there is no such setting'],
])('refuses %s in one line', (setting, message) => {
  const refused = () => applyOverrides(paper, [setting]);
  expect(refused).toThrow(SettingError);
  expect(refused).toThrow(message);
  expect(refused).not.toThrow('\n');
});

test('a recipe from JSON is that recipe, and another value is refused', () => {
  expect(readRecipe(JSON.parse(JSON.stringify(paper)))).toMatchObject(paper);
  expect(() => readRecipe({ ...paper, momentum: undefined })).toThrow('momentum: is missing');
  expect(() => readRecipe('paper')).toThrow('settings: expects {…}, not "paper"');
});

test('an operation that stands there twice is changed in the whole list', () => {
  const twice = {
    ...paper,
    augment: [...paper.augment, { op: 'randomFlip', probability: 1, sharedBy: 1 }],
  };
  expect(() => applyOverrides(twice as Recipe, ['augment.randomFlip=false'])).toThrow(
    'randomFlip stands there 2 times: give the whole list',
  );
});

test('another crop takes the place of the one that is there', () => {
  const crops = (setting: string) =>
    applyOverrides(paper, [setting]).augment.flatMap(({ op }) => (/crop/i.test(op) ? [op] : []));
  expect(crops('augment.centerCrop=true')).toEqual(['centerCrop']);
  expect(crops('augment.randomResizedCrop=true')).toEqual(['randomResizedCrop']);
  expect(crops('augment.randomFlip=true')).toEqual(['randomCrop']);
});
