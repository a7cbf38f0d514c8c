import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costSplit, createSpec } from '@alexnet/model';
import { expect, test } from 'vitest';
import { changeLayers } from '../src/change-layers.js';
import { finalRuns, trialRuns, withBestRates } from '../src/choose-rates.js';
import { kernelClaims, parameterClaims, sizeClaims, towerClaims } from '../src/computed-claims.js';
import { drawFigure } from '../src/draw-figure.js';
import type { Claim, Experiment } from '../src/experiment.js';
import { EXPERIMENTS } from '../src/experiments/index.js';
import { findExperiment } from '../src/find-experiment.js';
import { evenly } from '../src/load-images.js';
import { MEASURES, targetError, towerRatio } from '../src/measures.js';
import { notePage } from '../src/note-page.js';
import { outcomeOf } from '../src/outcome.js';
import {
  baseOf,
  overruled,
  type PlannedRun,
  type PlanOptions,
  planRun,
  planRuns,
} from '../src/plan-runs.js';
import type { RunResult } from '../src/run-result.js';
import { openRunStore } from '../src/run-store.js';
import { FULL, QUICK } from '../src/scale.js';
import { studentT95 } from '../src/student.js';
import { curvesCsv, runsCsv, trialsCsv } from '../src/to-csv.js';
import { trendSentences } from '../src/trend.js';

const GROUND = { images: 'some', classes: 10, backend: 'cpu', precision: 'fp32' };

const ENVIRONMENT = {
  date: '2026-01-02',
  machine: 'a machine',
  node: 'v20',
  tfjs: '4',
  backend: 'cpu',
  device: 'JavaScript',
  precision: 'fp32',
};

const PLAN: PlanOptions = {
  experiments: EXPERIMENTS,
  scale: FULL,
  seeds: null,
  set: [],
  ground: () => GROUND,
};

/** A run that ended with these shares of right answers. */
function run(seed: number, validationTop1: number, changes: Partial<RunResult> = {}): RunResult {
  const kernelChroma = [0.1, 0.2, 0.3, 0.4];
  const losses = { trainLoss: 2, validationLoss: 2, kernelChroma };
  const start = { epoch: 0, trainTop1: 0.1, validationTop1: 0.1, ...losses };
  const end = {
    ...start,
    epoch: 4,
    trainTop1: 0.5,
    trainLoss: 1,
    validationTop1,
    validationLoss: 1,
  };
  return {
    format: 3,
    key: `${seed}`,
    seed,
    recipe: baseOf(FULL, []),
    updates: 10,
    curve: [start, end],
    tenCropTop1: null,
    parameters: 1000,
    macs: 5000,
    imagesPerSecond: 100,
    diverged: null,
    seconds: 1,
    environment: ENVIRONMENT,
    ...changes,
  };
}

const claim: Claim = {
  text: 'salt is better',
  source: 'the cook',
  expects: [{ measure: 'validationTop1', variant: 'salt', is: 'more', than: 'none' }],
  otherwise: 'too little salt',
};

function outcome(salt: readonly number[], none: readonly number[], changes: Partial<Claim> = {}) {
  const experiment: Experiment = {
    name: 'salt',
    title: 'Salt',
    method: 'A pinch, or none.',
    variants: [{ name: 'salt' }, { name: 'none' }],
    measure: 'validationTop1',
    also: ['parameters'],
    plot: 'values',
    claims: [{ ...claim, ...changes }],
  };
  const runs = (values: readonly number[]) => values.map((value, at) => run(at + 1, value));
  return outcomeOf(
    experiment,
    new Map([
      ['salt', runs(salt)],
      ['none', runs(none)],
    ]),
  );
}

const said = (...args: Parameters<typeof outcome>) => outcome(...args).claims[0]?.sentence;

test('a claim is reproduced, not reproduced or undecided, and the sentence says which', () => {
  expect(said([0.5, 0.51, 0.52], [0.4, 0.41, 0.42])).toBe(
    'Reproduced here. Validation top-1 51.0 ± 1.0 % for “salt”, 41.0 ± 1.0 % for “none”: 10.0 points more, beyond the spread of the seeds (± 2.3 points).',
  );
  expect(said([0.4, 0.41, 0.42], [0.5, 0.51, 0.52])).toBe(
    'Not reproduced here. Validation top-1 41.0 ± 1.0 % for “salt”, 51.0 ± 1.0 % for “none”: 10.0 points less, beyond the spread of the seeds (± 2.3 points). A possible reason, not tested: too little salt.',
  );
  expect(said([0.42, 0.43, 0.44], [0.41, 0.42, 0.43])).toBe(
    'Undecided here. Validation top-1 43.0 ± 1.0 % for “salt”, 42.0 ± 1.0 % for “none”: 1.0 points more, within the spread of the seeds (± 2.3 points); at this difference and spread 9 seeds of each would decide.',
  );
});

test('where one spread is much the larger, its seeds alone say how far to trust the difference', () => {
  // Welch: 0.0580 · t(2.04) = 4.22; with the four degrees of freedom of equal spreads it were 16.1 points.
  expect(said([0.5, 0.51, 0.52], [0.3, 0.4, 0.5])).toContain('(± 24.5 points)');
  // t(1.47) is 6.19, by the integral of its density.
  expect(studentT95(1.47) / 6.19).toBeGreaterThan(1);
  expect(studentT95(1.47) / 6.19).toBeLessThan(1.03);
  expect(said([0.5, 0.5], [0.4, 0.4])).toMatch(/^Reproduced/);
});

test('one seed decides nothing that seeds can change, and everything that they cannot', () => {
  expect(said([0.9], [0.1])).toMatch(/^Undecided here\. .*a single seed cannot say what is chance/);
  const cheaper = { measure: 'parameters', variant: 'salt', is: 'less', than: 'none' } as const;
  expect(said([0.9], [0.1], { expects: [cheaper] })).toMatch(/^Not reproduced here\./);
  expect(said([0.9], [0.1], { expects: [{ ...cheaper, than: 1001 }] })).toMatch(/^Reproduced here/);
});

test('a claim of several comparisons holds only with all of them, and may allow a loss', () => {
  const better = claim.expects[0] as Claim['expects'][number];
  const worse = { ...better, is: 'less' } as const;
  expect(said([0.5, 0.51], [0.1, 0.11], { expects: [better, worse] })).toMatch(
    /^Not reproduced here \(1 of 2 comparisons hold\)\./,
  );
  const slightlyWorse = [0.399, 0.4, 0.401];
  const other = [0.409, 0.41, 0.411];
  expect(said(slightlyWorse, other)).toMatch(/^Not reproduced/);
  expect(said(slightlyWorse, other, { expects: [{ ...better, by: -0.02 }] })).toMatch(
    /^Reproduced here\. .*where 2\.0 points less would do, also with/,
  );
});

test('epochs to a training error lie on the straight line between epochs, or are a lower bound', () => {
  const { read } = MEASURES.epochsToTarget;
  expect(read(run(1, 0.3), 0.7).value).toBeCloseTo(2);
  expect(read(run(1, 0.3), 0.4)).toEqual({ value: 4, atLeast: true });
  const ending = (trainTop1: number) =>
    run(1, 0.3, { curve: run(1, 0.3).curve.map((at) => (at.epoch ? { ...at, trainTop1 } : at)) });
  const [far, near, stuck] = [ending(0.5), ending(0.3), ending(0.1)];
  expect(targetError([far, near], [far])).toBe(0.7);
  expect(targetError([far, near, stuck], [far])).toBe(0.5);
  expect(targetError([stuck], [stuck])).toBe(0.8);
  const quick = (seed: number) =>
    run(seed, 0.3, {
      curve: run(seed, 0.3).curve.map((at) => ({ ...at, trainTop1: 0.1 + 0.12 * at.epoch })),
    });
  const never = { ...(run(1, 0.1).curve[0] as RunResult['curve'][number]), epoch: 4 };
  const flat = (seed: number) => run(seed, 0.1, { curve: [{ ...never, epoch: 0 }, never] });
  const bare = ['ReLU, bare', 'tanh, bare', 'sigmoid, bare'].map(
    (name) => [name, [flat(1), flat(2)]] as const,
  );
  const slowFirst = outcomeOf(
    findExperiment('activation'),
    new Map([
      ['ReLU', [quick(1), quick(2)]],
      ['tanh', [flat(1), flat(2)]],
      ['sigmoid', [flat(1), flat(2)]],
      ...bare,
    ]),
  );
  expect(slowFirst.claims[0]?.sentence).toMatch(/^Reproduced here\. .* > 4\.00 for “tanh”/);
  const reversed = outcomeOf(
    findExperiment('activation'),
    new Map([
      ['ReLU', [flat(1), flat(2)]],
      ['tanh', [flat(1), flat(2)]],
      ['sigmoid', [flat(1), flat(2)]],
      ...bare,
    ]),
  );
  expect(reversed.claims[0]?.verdict).toBe('undecided');
  expect(reversed.claims[0]?.sentence).toMatch(/both runs ended before the value was reached\./);
  expect(runsCsv(reversed)).toContain('activation,ReLU,1,16,10,,0.1,0.1,no');
});

test('each variant trains at the learning rate that reached the error first, else came nearest', () => {
  const experiment: Experiment = {
    ...outcome([0.5], [0.4]).experiment,
    variants: [{ name: 'salt' }, { name: 'none', set: ['network.dropout=0'] }],
    until: 0.5,
    learningRates: { tried: [0.01, 0.1] },
  };
  const plan = { ...PLAN, experiments: [experiment] };
  const runs = trialRuns(experiment, plan);
  expect(runs.map(({ recipe }) => recipe.learningRate)).toEqual([0.01, 0.1, 0.01, 0.1]);
  const ends = (at: number, trainTop1: number, diverged: string | null = null) => {
    const [start, end] = run(1, 0.3).curve;
    const curve = [start, { ...end, epoch: at, trainTop1 }] as RunResult['curve'];
    return run(1, 0.3, { curve, diverged });
  };
  const results = new Map(
    [ends(8, 0.6), ends(4, 0.6), ends(16, 0.3), ends(16, 0.4, 'not finite')].map((one, at) => [
      runs[at]?.key ?? '',
      one,
    ]),
  );
  const { experiment: settled, trials } = withBestRates(experiment, plan, results);
  expect(settled.variants.map(({ set }) => set)).toEqual([
    ['learningRate=0.1'],
    ['network.dropout=0', 'learningRate=0.01'],
  ]);
  expect(trials.filter(({ isChosen }) => isChosen)).toHaveLength(2);
  // The first seed at the chosen rate is not trained again.
  const first = planRuns({ ...plan, experiments: [settled], seeds: 1 });
  expect(first.every(({ key }) => results.has(key))).toBe(true);
  const csv = trialsCsv({ ...outcome([0.5], [0.4]), trials, targetError: 0.5 });
  expect(csv.split('\n')[2]).toBe('salt,0.1,16,3.2,0.6,0.3,no,yes');
  expect(withBestRates(outcome([0.5], [0.4]).experiment, PLAN, new Map()).trials).toEqual([]);
});

test('short trials are runs of their own, judged by validation images where no error is waited for', () => {
  const experiment: Experiment = {
    ...outcome([0.5], [0.4]).experiment,
    variants: [{ name: 'salt' }, { name: 'none', set: ['network.dropout=0'] }],
    learningRates: { tried: [0.01, 0.1], epochs: 2 },
  };
  const plan = { ...PLAN, experiments: [experiment] };
  const runs = trialRuns(experiment, plan);
  expect(runs.map(({ recipe }) => recipe.epochs)).toEqual([2, 2, 2, 2]);
  const results = new Map(
    [0.3, 0.2, 0.2, 0.4].map((top1, at) => [runs[at]?.key ?? '', run(1, top1)]),
  );
  const settled = withBestRates(experiment, plan, results).experiment;
  const made = planRuns({ ...plan, experiments: [settled], seeds: 1 });
  expect(made.map(({ recipe }) => recipe.learningRate)).toEqual([0.01, 0.1]);
  expect(made.some(({ key }) => results.has(key))).toBe(false);
});

test('the best of short trials are run whole, and the best of those is taken', () => {
  const experiment: Experiment = {
    ...outcome([0.5], [0.4]).experiment,
    variants: [{ name: 'salt' }, { name: 'none', set: ['network.dropout=0'] }],
    learningRates: { tried: [0.01, 0.03, 0.1], epochs: 2, finalists: 2 },
  };
  const plan = { ...PLAN, experiments: [experiment] };
  const results = new Map(
    trialRuns(experiment, plan).map(({ key }, at) => [
      key,
      run(1, [0.3, 0.2, 0.4, 0.1, 0.2, 0.3][at] ?? 0),
    ]),
  );
  const finals = finalRuns(experiment, plan, results);
  expect(finals.map(({ recipe }) => [recipe.learningRate, recipe.epochs])).toEqual([
    [0.1, 16],
    [0.01, 16],
    [0.1, 16],
    [0.03, 16],
  ]);
  for (const [at, { key }] of finals.entries()) {
    results.set(key, run(1, [0.5, 0.6, 0.6, 0.5][at] ?? 0));
  }
  const { experiment: settled, trials } = withBestRates(experiment, plan, results);
  expect(trials).toHaveLength(10);
  expect(trials.filter(({ isChosen }) => isChosen).map((one) => one.learningRate)).toEqual([
    0.01, 0.1,
  ]);
  const first = planRuns({ ...plan, experiments: [settled], seeds: 1 });
  expect(first.map(({ key }) => key)).toEqual([finals[1]?.key, finals[2]?.key]);
});

test('the ingredients are added one by one, and each alone to where they began', () => {
  const { variants } = findExperiment('ingredients');
  const recipes = new Map(
    variants.map((variant) => [
      variant.name,
      planRun(findExperiment('ingredients'), variant, 1, PLAN),
    ]),
  );
  const dropout = (name: string) => recipes.get(name)?.recipe.network.modifiers;
  expect(dropout('+ dropout of 0.5')).toMatchObject({ activation: 'relu', pool: 'max' });
  expect(dropout('dropout of 0.5 alone')).toMatchObject({ activation: 'tanh', dropout: 0.5 });
  const pools = (name: string) =>
    recipes.get(name)?.network.layers.flatMap((layer) => (layer.op === 'pool' ? layer.size : []));
  expect(pools('+ ReLU')).toEqual([2, 2, 2]);
  expect(pools('+ LRN')).toEqual([3, 3, 3]);
  expect(pools('LRN alone')).toEqual([2, 2, 2]);
  const today = recipes.get('+ weight average')?.recipe;
  expect(today?.augment.map(({ op }) => op)).toEqual([
    'resize',
    'randomResizedCrop',
    'randomFlip',
    'fancyPca',
    'normalize',
    'cutmix',
    'labelSmoothing',
  ]);
  expect(today).toMatchObject({ ema: 0.99, schedule: { kind: 'cosine' } });
  const rateDrops = variants.find(({ name }) => name === 'learning rate drops alone');
  const dropsOf = (set: readonly string[], scale = FULL) =>
    planRun(findExperiment('ingredients'), rateDrops ?? { name: '' }, 1, { ...PLAN, set, scale })
      .recipe.schedule;
  expect(dropsOf([])).toMatchObject({ kind: 'step', dropEpochs: [30, 36, 39] });
  // However short a run is, they happen.
  expect(dropsOf([], QUICK)).toMatchObject({ dropEpochs: [1.5, 1.8, 1.95] });
});

test('what an experiment sets itself is told from what may be set', () => {
  const set = ['batchSize=16', 'network.width=1', 'network.conv1.stride=4', 'momentum=0.8'];
  expect(overruled(findExperiment('four-layers'), set)).toEqual(set.slice(0, 3));
  expect(overruled(findExperiment('four-layers'), ['network={}', 'learningRate=1'])).toHaveLength(
    2,
  );
  expect(overruled(findExperiment('pooling'), ['batchSize=16'])).toEqual([]);
});

test('a colored half of the kernels stands out against random halves, mixed ones do not', () => {
  const kernels = (share: (at: number) => number) =>
    towerRatio({ kernelChroma: Array.from({ length: 48 }, (_, at) => share(at)) });
  const jitter = (at: number) => ((at * 7) % 13) / 100;
  expect(kernels((at) => (at < 24 ? 0.2 : 0.7) + jitter(at))).toBeGreaterThan(5);
  expect(kernels((at) => (at % 2 === 0 ? 0.2 : 0.7) + jitter(at))).toBeLessThan(1);
});

test('what is read run by run has to hold in each', () => {
  const sentenceOf = (than: number) => {
    const { experiment, runs } = outcome([0.5, 0.6], [0.4]);
    const claims = [
      {
        text: 'In every run.',
        source: 'here',
        expects: [{ measure: 'towerP', variant: 'salt', is: 'less', than } as const],
      },
    ];
    const { claims: told } = outcomeOf({ ...experiment, also: ['towerP'], claims }, runs);
    return told[0]?.sentence;
  };
  expect(sentenceOf(2)).toMatch(
    /^Reproduced here\. Less than 2 in 2 of 2 runs of “salt” \(p, each seed: [\d.]+, [\d.]+\)\.$/,
  );
  expect(sentenceOf(0)).toMatch(/^Not reproduced here\. Less than 0 in 0 of 2 runs/);
});

test('the towers are followed over the epochs, and on to where they would be apart', () => {
  const jitter = (at: number) => ((at * 7) % 13) / 10;
  // Halves that part by so much at every doubling of the epochs.
  const parting = (step: number) => {
    const [start] = run(1, 0.3).curve;
    const curve = Array.from({ length: 9 }, (_, epoch) => ({
      ...(start as RunResult['curve'][number]),
      epoch,
      kernelChroma: Array.from(
        { length: 48 },
        (_, at) => jitter(at) + (at < 24 ? step * Math.log2(epoch + 1) : 0),
      ),
    }));
    const { experiment } = outcome([0.5], [0.4]);
    return trendSentences(
      outcomeOf(
        { ...experiment, followed: ['salt'] },
        new Map([
          ['salt', [run(1, 0.3, { curve })]],
          ['none', [run(1, 0.3, { curve })]],
        ]),
      ),
    )[0];
  };
  expect(parting(0.04)).toMatch(
    /“salt”: [\d.]+ \(1\), [\d.]+ \(2\), [\d.]+ \(4\), [\d.]+ \(8\)\. One of twenty random halves reaches 2\.46; .* gets there at about \d+ epochs/,
  );
  expect(parting(0.5)).toMatch(/beyond it in the mean\.$/);
  expect(parting(0)).toMatch(/does not get there/);
  expect(trendSentences(outcome([0.5], [0.4]))).toEqual([]);
});

test('every experiment can be planned, and its claims speak of its own variants', () => {
  for (const { variants, claims, name, measure, also, elsewhere = [] } of EXPERIMENTS) {
    const names = variants.map((variant) => variant.name);
    expect(new Set(names).size, name).toBe(names.length);
    for (const { from, to } of elsewhere)
      expect(names, name).toEqual(expect.arrayContaining([from, to]));
    for (const { expects } of claims) {
      for (const expectation of expects) {
        expect([measure, ...also], name).toContain(expectation.measure);
        expect(names, name).toContain(expectation.variant);
        if (typeof expectation.than === 'string') expect(names, name).toContain(expectation.than);
      }
    }
  }
  const keys = planRuns(PLAN).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test('what experiments share is trained once; another seed, image or backend is another run', () => {
  const planned = planRuns(PLAN);
  const wanted = EXPERIMENTS.reduce((sum, { variants }) => sum + variants.length, 0);
  const firstSeed = planned.filter(({ seed }) => seed === 1);
  // The base is in seven experiments.
  expect(firstSeed).toHaveLength(wanted - 6);
  const steps = findExperiment('ingredients').variants.length;
  expect(firstSeed.filter(({ tenCrop }) => tenCrop)).toHaveLength(2 + steps);
  const inLastSeeds = (last: readonly PlannedRun[], seed: number) => [
    ...new Set(last.filter((one) => one.seed === seed).map(({ label }) => label.split(':')[0])),
  ];
  expect(inLastSeeds(planned, 3)).toContain('dropout');
  expect(inLastSeeds(planned, 5)).toContain('towers');
  expect(inLastSeeds(planned, 10)).toEqual(['pooling', 'ten-crop', 'norm']);
  expect(inLastSeeds(planRuns({ ...PLAN, seeds: 1 }), 2)).toEqual([]);
  const activation = findExperiment('activation');
  const key = (seed: number, ground: Partial<typeof GROUND> = {}) =>
    planRun(activation, { name: 'ReLU' }, seed, {
      ...PLAN,
      ground: () => ({ ...GROUND, ...ground }),
    }).key;
  const keys = [key(1), key(2), key(1, { images: 'others' }), key(1, { backend: 'wasm' })];
  expect(new Set(keys).size).toBe(4);
  expect(key(1)).toBe(key(1));
});

test('variants differ in their ingredient alone', () => {
  const cost = (experiment: string, variant: number) => {
    const chosen = findExperiment(experiment);
    const { network } = planRun(chosen, chosen.variants[variant] ?? { name: '' }, 1, PLAN);
    return { network, ...costSplit(network).total };
  };
  const pools = findExperiment('pooling').variants.map((_, at) => cost('pooling', at).parameters);
  expect(new Set(pools).size).toBe(1);
  const names = (at: number) => cost('depth', at).network.layers.map(({ name }) => name);
  expect(names(0).filter((name) => !names(2).includes(name))).toEqual(['conv3', 'relu3']);
  const lrn = cost('norm', 1).network.layers.find(({ name }) => name === 'norm1');
  expect(lrn).toMatchObject({ op: 'lrn', sumCoeff: 0.4096 });
});

test('a change to a layer that is not there, or that leaves no network, is refused', () => {
  const spec = createSpec('alexnet');
  expect(() => changeLayers(spec, { conv9: null })).toThrow(/no layer conv9/);
  expect(() => changeLayers(spec, { fc8: null })).toThrow(/1000 classes/);
});

test('what the layer list settles is settled as docs/note.md says', () => {
  const computed = [parameterClaims(), kernelClaims(), sizeClaims(), towerClaims()].flat();
  expect(computed.filter(({ holds }) => !holds)).toEqual([]);
  const text = computed.map(({ sentence }) => sentence).join('\n');
  for (const number of ['62,378,344', '94.0 %', '5.2 %', '54.25', '60,965,224', '724.4 M']) {
    expect(text).toContain(number);
  }
});

test('files: quoted cells, a plot that stands alone, a page with verdicts and its scale', () => {
  const result = outcome([0.5, 0.51], [0.4, 0.41]);
  const quoted = { ...result, runs: new Map([['max, or "so"', [run(1, 0.25)]]]) };
  expect(runsCsv(quoted)).toBe(
    'experiment,variant,seed,epochs,updates,validationTop1,parameters,diverged\nsalt,"max, or ""so""",1,16,10,0.25,1000,no\n',
  );
  expect(curvesCsv(quoted).split('\n')).toHaveLength(4);
  const figure = drawFigure(result);
  expect(figure).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(figure).toContain('aria-label="Salt. validation top-1, means: salt 0.505, none 0.405."');
  expect(figure.match(/<circle/g)).toHaveLength(4);

  const elsewhere = [{ from: 'none', to: 'salt', difference: -0.014, source: 'the cook' }];
  const named = { ...result, experiment: { ...result.experiment, name: 'dropout', elsewhere } };
  const isAlone = { name: 'none', step: { of: 'salt', isAlone: true } } as const;
  const stairs = {
    ...result.experiment,
    plot: 'stairs',
    variants: [{ name: 'salt' }, isAlone],
  } as const;
  // A stroke and a point a seed for the one that is added, a ring for the one alone.
  expect(drawFigure({ ...result, experiment: stairs }).match(/<circle/g)).toHaveLength(3);
  const page = notePage(
    {
      scale: QUICK,
      images: { name: 'some', train: 20, validation: 10, classes: 2 },
      seeds: 2,
      base: baseOf(QUICK, []),
      set: [],
      command: 'alexnet ablate --all --quick',
      outcomes: [named],
      pending: [findExperiment('towers')],
    },
    'note',
  );
  expect(page).toContain('**These are `--quick` results**');
  expect(page).toContain('undecided in between. Comparisons made: 1,');
  expect(page).toContain('| date | 2026-01-02 |');
  expect(page).toContain('| backend | cpu (JavaScript), fp32 |');
  expect(page).toContain('“Do two towers specialize in color?”: not run at this size yet');
  expect(page).toContain(
    '| Two GPUs | Of two towers one takes color, the other does not. | not run yet |',
  );
  expect(page).toContain('| Dropout | salt is better | reproduced |');
  expect(page).toContain('![Salt](note/dropout.svg)');
  expect(page).toContain('| salt | 50.5 ± 0.7 % | 1,000 |');
  expect(page).toContain('| none → salt | −1.4 points | +10.0 points | the cook |');
  expect(page).toContain('**Reproduced here**. Validation top-1');
});

test('images are taken evenly', () => {
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7]);
  expect(evenly([0, 1], 4)).toEqual([0, 1]);
});

test('an unknown experiment is refused with the nearest one', () => {
  expect(() => findExperiment('drop-out')).toThrow(/did you mean dropout\?/);
});

test('a run that diverged is read back as it was made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-store-'));
  const store = await openRunStore(folder);
  const lost = { trainLoss: Number.NaN, validationLoss: Number.NaN, kernelChroma: [Number.NaN] };
  const curve = run(1, 0.1).curve.map((point, at) => (at === 0 ? point : { ...point, ...lost }));
  const made = run(1, 0.1, { curve, diverged: 'the loss is NaN', imagesPerSecond: Number.NaN });
  await store.save(made);
  const found = await store.find({ key: made.key, tenCrop: false } as PlannedRun);
  expect(found).toEqual(made);
  // Null, which is less than any loss, would be the lowest.
  expect(MEASURES.turn.read(found as RunResult, 0)).toEqual({ value: 0 });
  await rm(folder, { recursive: true });
});
