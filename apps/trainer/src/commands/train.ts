import { RECIPES, type Recipe } from '@alexnet/trainer';
import { type Command, Option } from 'commander';
import { CommandError } from '../failure.js';
import { type Live, startLive } from '../live/start-live.js';
import { names, port, positive, share, stepLimit, time, whole } from '../options/parse.js';
import {
  backendOption,
  batchOption,
  dataOption,
  maxBrokenOption,
  precisionOption,
  presetOption,
  setOption,
} from '../options/shared.js';
import { DEFAULT_SEED, recipeToPrint, resolveRecipe } from '../plan-run.js';
import { DEFAULT_RECIPE } from '../recipe-option.js';
import { canGoOn, claimFolder, NO_FOLDER } from '../run/claim-folder.js';
import { goingOn, refuseChanges, requireData } from '../run/resume-rules.js';
import { DEFAULT_LIMITS } from '../run/run-limits.js';
import { runMember } from '../run/run-member.js';
import { worldInWords } from '../run/run-part.js';
import { printJson, say } from '../say.js';
import { refuseOtherNetwork } from '../start-weights.js';
import { codeVersion, compareFacts, recipeFacts } from '../team/compare-ranks.js';
import { ownTeam, type Team } from '../team/team.js';
import { addWorldOptions, launchAll, placementOf } from '../team/world-options.js';
import type { TrainCommandOptions, TypedOptions } from '../train-options.js';

export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('train a network on labeled images')
    .addOption(dataOption())
    .option('--out <dir>', 'the run folder: weights, checkpoints, metrics')
    .option(
      '--recipe <name|file.json>',
      `${Object.keys(RECIPES).join(', ')}, or a file (default: ${DEFAULT_RECIPE})`,
    )
    .option('--print-recipe', 'only write the recipe as it would be trained by, for --recipe FILE')
    .option('--init <file|run>', 'start from these weights: their network, a new last layer')
    .option('--freeze <layers>', 'layers that keep their weights, as conv1,conv2', names)
    .addOption(presetOption())
    .option('--epochs <n>', 'passes over the training images', whole(1))
    .addOption(batchOption())
    .option('--lr <rate>', 'learning rate at its highest', positive)
    .option('--early-stopping <n>', 'stop after n epochs without a gain in validation', whole(1))
    .addOption(new Option('--class-weights <how>', 'in the loss').choices(['none', 'balanced']))
    .option('--steps <n>', 'stop after so many updates in all; all: no longer', stepLimit)
    .option('--time <length>', 'stop this sitting after 90min, 2h, …', time)
    .option(
      '--checkpoint-every <length>',
      `also save within an epoch (default: ${DEFAULT_LIMITS.checkpointEvery / 60_000}min)`,
      time,
    )
    .option(
      '--seed <n>',
      `decides order, crops, initial weights (default: ${DEFAULT_SEED})`,
      whole(0),
    )
    .option(
      '--validation-share <share>',
      'share of each class held out, where the data have no validation images (default: 0.1)',
      share,
    )
    .option('--split-seed <n>', 'decides which images are held out (default: 0)', whole(0))
    .option('--workers <n>', 'threads that prepare images (default: all cores but one)', whole(1))
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(maxBrokenOption())
    .option('--resume', 'go on with the run in --out, or with more --epochs')
    .option(
      '--serve [port]',
      'show the run in a browser while it goes (port 6012, 0: a free one)',
      port,
    )
    .option('--serve-host <address>', 'also to other machines: those that have the token')
    .option('--serve-token <token>', 'instead of one made up')
    .addOption(setOption());
  addWorldOptions(command).action(run);
}

async function run(typed: TypedOptions): Promise<void> {
  if (typed.printRecipe) {
    printJson(await recipeToPrint(typed));
    return;
  }
  if (typed.out === undefined) {
    throw new CommandError('usage', '--out DIR is missing: where the run is kept');
  }
  const options: TrainCommandOptions = { ...typed, out: typed.out };
  refuseOtherNetwork(options);
  // Settings that cannot be are refused before anything is made or opened.
  const recipe = options.resume ? null : await resolveRecipe(options);
  const data = options.resume ? options.data : requireData(options);
  const team = ownTeam();
  const placement = team.isLaunched ? null : placementOf(options);
  if (placement) return launchAll(placement, options);
  await runAsMember(team, { ...options, ...(data ? { data } : {}) }, recipe);
}

async function runAsMember(
  team: Team,
  typed: TrainCommandOptions,
  recipe: Recipe | null,
): Promise<void> {
  const { out } = typed;
  const isFirst = team.rank === 0;
  if (isFirst && team.size > 1) say(`world: ${worldInWords(worldOf(team))}, ${team.found}`);
  const { seed = DEFAULT_SEED, resume = false } = typed;
  const { steps, epochs, freeze, splitSeed, validationShare } = typed;
  await compareFacts(team, 'settings', {
    code: team.size > 1 ? codeVersion() : '',
    'world size': team.size,
    ...{ '--seed': seed, '--resume': resume, '--steps': steps, '--epochs': epochs },
    ...{ '--freeze': freeze, '--split-seed': splitSeed, '--validation-share': validationShare },
    ...recipeFacts(recipe),
  });
  const goesOn = await team.share(
    'goes on',
    isFirst ? typed.resume === true || (team.restarted && (await canGoOn(out))) : null,
  );
  const options = goesOn && !typed.resume ? goingOn(typed) : typed;
  const folder = isFirst ? await claimFolder(out, goesOn) : NO_FOLDER;
  let live: Live | null = null;
  try {
    try {
      if (folder.record) refuseChanges(options, folder.record);
      // Before the run is opened, so that a port that is taken costs nothing.
      if (isFirst) live = await startLive(options);
      const earlier = await team.share('earlier', folder.record);
      await runMember(team, options, earlier, recipe, live);
    } finally {
      await folder.release();
    }
    await live?.stay();
  } finally {
    await live?.close();
  }
}

const worldOf = ({ size, machines: count }: Team) => ({ processes: size, machines: count });
