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
import { type CommandErrorCode, oneLine } from './failure.js';
import { INTERRUPTED } from './interrupts.js';
import { printJsonError, say } from './say.js';
import { ownTeam, reportFailure, told } from './team/team.js';
import { VERSION } from './version.js';

const EXIT_FAILED = 1;
const EXIT: Readonly<Record<string, number>> = {
  usage: 2,
  interrupted: INTERRUPTED,
} satisfies Record<CommandErrorCode, number>;

// A reader that has seen enough, as `head` has, or a terminal that was closed is no failure: a run goes on
// without one, or saves itself. Results that go nowhere else are one; progress is none.
process.stderr.on('error', () => undefined);
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE' || code === 'EIO') return;
  say(`alexnet: cannot write results: ${message}`);
  process.exit(EXIT_FAILED);
});

const program = new Command('alexnet')
  .description('Understand, train, convert and look inside AlexNet (2012).')
  .version(VERSION)
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
  process.exitCode = report(error);
}
// Started by a launcher, whose channel would keep it alive, as would TensorFlow's server.
if (ownTeam().isLaunched) {
  await told();
  process.exit();
}

/** Says what went wrong, on stdout too where it was to hold JSON; gives the exit code. */
function report(error: unknown): number {
  const byCommander = error instanceof CommanderError;
  if (byCommander && error.exitCode === 0) return 0;
  const message = oneLine(error).replace(/^error: /, '');
  // Commander has said its own.
  if (!byCommander) process.stderr.write(`alexnet: ${message}\n`);
  reportFailure(error);
  if (process.env.ALEXNET_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  const code = byCommander ? 'usage' : codeOf(error);
  if (process.argv.includes('--json')) printJsonError({ code, message });
  return EXIT[code] ?? EXIT_FAILED;
}

/** Every package's error class has a code. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'failed';
}
