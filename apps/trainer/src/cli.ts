import { Command, CommanderError } from 'commander';
import { addAblateCommand } from './commands/ablate.js';
import { addBackendCommand } from './commands/backend.js';
import { addBenchCommand } from './commands/bench.js';
import { addConvertCommand } from './commands/convert.js';
import { addEvalCommand } from './commands/eval.js';
import { addFiltersCommand } from './commands/filters.js';
import { addPackCommand } from './commands/pack.js';
import { addPredictCommand } from './commands/predict.js';
import { addReportCommand } from './commands/report.js';
import { addSummaryCommand } from './commands/summary.js';
import { addTrainCommand } from './commands/train.js';
import { addWeightsCommand } from './commands/weights.js';
import { CommandError, type CommandErrorCode, oneLine } from './failure.js';

const EXIT_FAILED = 1;
const EXIT: Readonly<Record<CommandErrorCode, number>> = { usage: 2, interrupted: 130 };

// A reader that has seen enough, as `head` has, or a terminal that was closed is no failure: a run goes on
// without one, or saves itself.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

const program = new Command('alexnet')
  .description('Understand, train, convert and look inside AlexNet (2012).')
  .option('--offline', 'fetch nothing: use what is in the cache (also ALEXNET_OFFLINE=1)')
  .hook('preAction', () => {
    if (program.opts<{ offline?: true }>().offline) process.env.ALEXNET_OFFLINE = '1';
  })
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(alexnet --help lists what there is)')
  .exitOverride();

for (const add of [
  addSummaryCommand,
  addTrainCommand,
  addEvalCommand,
  addPredictCommand,
  addFiltersCommand,
  addReportCommand,
  addAblateCommand,
  addPackCommand,
  addConvertCommand,
  addWeightsCommand,
  addBackendCommand,
  addBenchCommand,
]) {
  add(program);
}
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  process.stderr.write(`alexnet: ${oneLine(error)}\n`);
  if (process.env.ALEXNET_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof CommandError ? EXIT[error.code] : EXIT_FAILED;
}
