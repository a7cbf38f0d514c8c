import { RECIPES, type Recipe } from '@alexnet/trainer';
import {
  type ComputedClaim,
  kernelClaims,
  parameterClaims,
  sizeClaims,
  towerClaims,
} from './computed-claims.js';
import { environmentOfAll } from './environment.js';
import { figureCaption } from './figure-caption.js';
import { capital, formatDifference, formatSummary } from './format-value.js';
import { summaryOf } from './judge.js';
import { MEASURES } from './measures.js';
import { allRuns, type ClaimOutcome, type Outcome } from './outcome.js';
import { recipeOf } from './plan-runs.js';
import type { Study } from './study.js';
import { trendSentences } from './trend.js';

/** A part of the page, what of it is computed, and which experiments test it. */
interface Section {
  readonly title: string;
  readonly lead?: string;
  readonly computed?: readonly ComputedClaim[];
  readonly experiments: readonly string[];
}

/** Ingredients first, then the recipe, costs, sizes and the relics of 2012. */
function sections(): Section[] {
  return [
    { title: 'ReLU', experiments: ['activation', 'four-layers'] },
    { title: 'Dropout', experiments: ['dropout'] },
    { title: 'Max pooling', experiments: ['pooling'] },
    { title: 'Big conv1 filters', computed: kernelClaims(), experiments: [] },
    {
      title: 'The recipe',
      lead: recipeLead(),
      experiments: ['augmentation', 'ten-crop', 'ingredients'],
    },
    {
      title: 'Parameters and multiply-adds',
      computed: parameterClaims(),
      experiments: ['head', 'depth'],
    },
    { title: '224 or 227', computed: sizeClaims(), experiments: [] },
    { title: 'Local response normalization', experiments: ['norm'] },
    { title: 'Two GPUs', computed: towerClaims(), experiments: ['groups', 'towers'] },
  ];
}

/** The page of `alexnet ablate --all`. `figures`: folder of the plots, as seen from the page. */
export function notePage(study: Study, figures: string): string {
  const parts = sections().map((section) => sectionText(section, study, figures));
  return `${[`# The claims of AlexNet, tested\n`, head(study), overview(study), ...parts].join('\n')}`;
}

function head(study: Study): string {
  const { scale, images, seeds, base, set } = study;
  const size = `${images.train} training and ${images.validation} validation images of ${images.classes} classes of \`${images.name}\``;
  const quick =
    scale.name === 'quick'
      ? '**These are `--quick` results**: fewer images, passes and seeds than the full ones, enough to see the machinery work, too few to decide most claims.'
      : 'These are full results, as opposed to `--quick` ones; full means what fits a small machine, not ImageNet.';
  const network = base.network.modifiers;
  const changed =
    set.length > 0
      ? ` Changed for every run, but where an experiment sets the same itself: ${set.map((one) => `\`${one}\``).join(', ')}.`
      : '';
  return `What the paper (Krizhevsky, Sutskever and Hinton 2012) and common knowledge say of this network, each
claim beside what came out here: the note that this project is held against. Written by \`alexnet ablate --all\`; every number and every
verdict is computed from the runs or from the layer list. A claim counts as reproduced only where the
difference is larger than chance among seeds makes it 95 % of the time (Welch's t, two-sided, seeds taken as
independent), as not reproduced where it is that much the other way, and as undecided in between.${comparisons(study)} A
“possible reason, not tested” is an opinion of ours.

${quick} Every variant is trained with ${seeds} seed${seeds === 1 ? '' : 's'} (more where it says so), on
${size}, decoded once and kept in memory, for ${base.epochs} epochs. All else is equal: the recipe
\`${base.name}\` at ${network.width} of the paper's width, ${network.input} px crops of ${base.preprocessing.shorterSide}, conv1 with stride ${network.conv1?.stride}, dropout ${network.dropout},
batches of ${base.batchSize}.${changed} That is a small network on few images: it can show large effects, not the paper's gains of
one or two percent.

${environmentTable(study)}
`;
}

/** How many times chance had an opportunity. */
function comparisons({ outcomes }: Study): string {
  const count = outcomes
    .flatMap(({ claims }) => claims.flatMap(({ claim }) => claim.expects))
    .filter(({ measure }) => !MEASURES[measure].exact).length;
  return ` Comparisons made: ${count}, with no
correction for their number; of those where nothing differs one in twenty comes out decided all the same.`;
}

function environmentTable({ command, outcomes }: Study): string {
  const environment = environmentOfAll(outcomes.flatMap(allRuns));
  const rows = [
    ['command', `\`${command}\``],
    ['date', environment.date],
    [
      'machine',
      `${environment.machine}; shared with other work, so speeds are only good for comparison`,
    ],
    ['backend', `${environment.backend} (${environment.device}), ${environment.precision}`],
    ['versions', `Node ${environment.node}, tfjs ${environment.tfjs}`],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    '\n',
  );
}

/** Those of a section that have no runs yet. */
function pendingOf({ pending }: Study, names: readonly string[]) {
  return pending.filter(({ name }) => names.includes(name));
}

/** Every claim with its verdict. */
function overview(study: Study): string {
  const rows = sections().flatMap(({ title, computed = [], experiments }) => [
    ...computed.map(({ text, holds }) => [title, text, computedVerdict(holds)]),
    ...outcomesOf(study, experiments).flatMap(({ claims }) =>
      claims.map(({ claim, verdict }) => [title, claim.text, verdict]),
    ),
    ...pendingOf(study, experiments).flatMap(({ claims }) =>
      claims.map(({ text }) => [title, text, 'not run yet']),
    ),
  ]);
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `## In short\n\n| part | claim | here |\n|---|---|---|\n${table}\n`;
}

function sectionText(section: Section, study: Study, figures: string): string {
  const computed = (section.computed ?? []).map(computedText);
  const experiments = outcomesOf(study, section.experiments).map((outcome) =>
    experimentText(outcome, study, figures),
  );
  const lead = section.lead === undefined ? [] : [section.lead];
  const pending = pendingOf(study, section.experiments).map(
    ({ name, title }) => `“${title}”: not run at this size yet (\`alexnet ablate ${name}\`).\n`,
  );
  return [`## ${section.title}\n`, ...lead, ...computed, ...experiments, ...pending].join('\n');
}

function computedText({ text, source, holds, sentence }: ComputedClaim): string {
  return `> ${text}\n>\n> ${source}\n\n**${capital(computedVerdict(holds))}.** ${sentence}\n`;
}

function experimentText(outcome: Outcome, study: Study, figures: string): string {
  const { experiment, runs, claims } = outcome;
  const counts = [...runs.values()].map((own) => own.length);
  const seeds = Math.min(...counts);
  const more = seedsSentence(seeds, outcome.seedsAsked, study.seeds);
  return [
    `### ${experiment.title}\n`,
    `${experiment.method}${more}${ownScale(outcome, study)}${ratesTried(outcome)} \`alexnet ablate ${experiment.name}\`\n`,
    `![${experiment.title}](${figures}/${experiment.name}.svg)\n`,
    `${figureCaption(outcome)}\n`,
    `${resultTable(outcome)}\n`,
    ...elsewhereTable(outcome),
    ...trendSentences(outcome).map((trend) => `${trend}\n`),
    ...claims.map(claimText),
  ].join('\n');
}

function seedsSentence(seeds: number, asked: number, usual: number): string {
  if (seeds < asked) return ` ${seeds} of ${asked} seeds so far.`;
  return seeds === usual ? '' : ` ${seeds} seeds.`;
}

function ownScale({ experiment, images }: Outcome, study: Study): string {
  if (!images) return '';
  const { epochs } = recipeOf(experiment, study.scale, study.set);
  return ` On ${images.train.toLocaleString('en-US')} training images of ${images.classes} classes, for ${epochs} epochs at most.`;
}

/** Which learning rates there were, and whose is which. */
function ratesTried({ trials, experiment }: Outcome): string {
  const tried = [...new Set(trials.map(({ learningRate }) => learningRate))];
  if (tried.length === 0) return '';
  const best = trials.filter(({ isChosen }) => isChosen);
  const chosen = experiment.variants.flatMap(({ name }) =>
    best.filter(({ variant }) => variant === name).map((one) => `${name} ${one.learningRate}`),
  );
  const { epochs, finalists } = experiment.learningRates ?? {};
  const { until } = experiment;
  const how =
    until === undefined
      ? 'best on validation images'
      : `fastest to a training error of ${Math.round(100 * until)} %, or where none gets there the one of the lowest`;
  const length = epochs === undefined ? '' : ` for ${epochs} epochs`;
  const whole = finalists === undefined ? '' : `, and the best ${finalists} of each for all`;
  return ` Learning rates tried${length}: ${tried.join(', ')}${whole}; ${how} with the first seed, and taken for all: ${chosen.join(', ')}.`;
}

function claimText({ claim, sentence }: ClaimOutcome): string {
  return `> ${claim.text}\n>\n> ${claim.source}\n\n${sentence.replace(/^([^.(]+[^.( ])/, '**$1**')}\n`;
}

function resultTable({ experiment, summaries, measures, runs }: Outcome): string {
  const labels = measures.map((name) => MEASURES[name].label);
  const rows = experiment.variants.map(({ name }) => {
    const diverged = (runs.get(name) ?? []).filter((run) => run.diverged !== null).length;
    const values = measures.map((measure) =>
      formatSummary(measure, summaryOf(summaries, name, measure)),
    );
    return `| ${name}${diverged > 0 ? ` (${diverged} diverged)` : ''} | ${values.join(' | ')} |`;
  });
  return [
    `| | ${labels.join(' | ')} |`,
    `|---|${labels.map(() => '--:').join('|')}|`,
    ...rows,
  ].join('\n');
}

/** What others measured of the same changes; nothing where nobody is named. */
function elsewhereTable({ experiment, summaries }: Outcome): string[] {
  const { elsewhere = [] } = experiment;
  if (elsewhere.length === 0) return [];
  const points = (difference: number) =>
    `${difference < 0 ? '−' : '+'}${formatDifference('validationTop1', difference)}`;
  const rows = elsewhere.map(({ from, to, difference, source }) => {
    const here =
      summaryOf(summaries, to, 'validationTop1').mean -
      summaryOf(summaries, from, 'validationTop1').mean;
    return `| ${from} → ${to} | ${points(difference)} | ${points(here)} | ${source} |`;
  });
  return [
    [
      'The same change elsewhere, in points of validation top-1:\n',
      '| | there | here | source |',
      '|---|--:|--:|---|',
      ...rows,
      '',
    ].join('\n'),
  ];
}

/** The settings of the recipe `paper`, read from it. */
function recipeLead(): string {
  const recipe = RECIPES.paper as Recipe;
  const { batchSize, momentum, weightDecay, learningRate, schedule, epochs } = recipe;
  const sd = recipe.augment.flatMap((one) => (one.op === 'fancyPca' ? [one.sd] : []))[0];
  return `\`--recipe paper\` trains with batches of ${batchSize}, momentum ${momentum}, weight decay ${weightDecay}, a learning rate of ${learningRate} times ${schedule.factor} when validation stops improving, ${epochs} epochs, random crops and mirrors, and fancy PCA with a standard deviation of ${sd}. What each form of augmentation is worth, and then each ingredient:\n`;
}

function outcomesOf({ outcomes }: Study, names: readonly string[]): Outcome[] {
  return names.flatMap((name) => outcomes.filter(({ experiment }) => experiment.name === name));
}

function computedVerdict(holds: boolean): string {
  return holds ? 'holds' : 'does not hold';
}
