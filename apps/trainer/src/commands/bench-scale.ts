import { collectivesOf, layerTable, type NetworkSpec, type Tf } from '@alexnet/model';
import type { World } from '@alexnet/trainer';
import type { Command } from 'commander';
import { appendRows } from '../bench/append-rows.js';
import { networkWork } from '../bench/network-work.js';
import { quantile } from '../bench/statistics.js';
import { CommandError } from '../failure.js';
import { openBackend } from '../open-backend.js';
import { whole } from '../options/parse.js';
import { batchOption, csvOption, presetOption } from '../options/shared.js';
import { requirePreset, specOrUsageError } from '../preset-argument.js';
import { worldInWords } from '../run/run-part.js';
import { print } from '../say.js';
import { openWorld } from '../team/open-world.js';
import { ownTeam } from '../team/team.js';
import {
  addWorldOptions,
  launchAll,
  placementOf,
  type WorldOptions,
} from '../team/world-options.js';
import { typedCommand } from '../typed-command.js';

interface Options extends WorldOptions {
  readonly preset?: string;
  readonly batchSize: number;
  readonly rounds: number;
  readonly network: string;
  readonly step: boolean;
  readonly csv?: string;
}

const HEADER =
  'date,machine,node,command,tensorflow,network,processes,machines,parameters,batch,rounds,reduction_ms,step_alone_ms,step_ms,reducing_ms,waited_ms,hidden_ms';

/** Made before any is timed: the graph is compiled in the first. */
const WARM_UP = 1;

export function addBenchScaleCommand(bench: Command): void {
  const command = bench
    .command('scale')
    .description('what summing gradients over processes costs a training step')
    .addOption(presetOption())
    .addOption(batchOption().default(8).argParser(whole(1)))
    .option('--rounds <n>', 'steps and reductions timed', whole(1), 5)
    .option('--network <words>', 'what is between the processes, for the CSV file', 'loopback')
    .option('--no-step', 'the sum of all gradients alone')
    .addOption(csvOption());
  addWorldOptions(command).action(run);
}

async function run(options: Options): Promise<void> {
  const team = ownTeam();
  if (!team.isLaunched) {
    const placement = placementOf(options);
    if (!placement) {
      throw new CommandError('usage', 'one process has nothing to sum: add --nproc-per-node 2');
    }
    return launchAll(placement, { ...options, maxRestarts: 0 });
  }
  const { preset = 'alexnet', batchSize: batch, rounds } = options;
  const { tf, device } = await openBackend('tensorflow');
  const world = await openWorld(tf, team);
  const spec = specOrUsageError(requirePreset(preset), {});
  const parameters = layerTable(spec).reduce((sum, row) => sum + row.parameters, 0);

  const gradients = new Float32Array(parameters);
  const reduction = await timed(rounds, async () => collectivesOf(tf)?.sum(gradients));
  const figures = options.step ? await timeSteps(tf, world, spec, options) : [];
  if (team.rank !== 0) return;
  print(
    `${worldInWords({ processes: team.size, machines: team.machines })}, ${options.network}, ${parameters} floats, batch ${batch} each`,
  );
  [reduction, ...figures].forEach((value, at) => {
    print(`${(FIGURES[at] ?? '').padEnd(40)} ${value.toFixed(0).padStart(8)} ms`);
  });
  if (options.csv === undefined) return;
  const tensorflow = /TensorFlow ([\w.-]+)$/.exec(device)?.[1] ?? '';
  const about = [tensorflow, options.network, team.size, team.machines, parameters, batch, rounds];
  const row = FIGURES.map((_, at) => [reduction, ...figures][at]?.toFixed(1) ?? '');
  await appendRows(options.csv, HEADER, typedCommand(), [[...about, ...row]]);
}

/** What is timed, in words. */
const FIGURES = [
  'one sum of all gradients',
  'a step without others',
  'a step with sums',
  '  of it, sums under way',
  '  of it, waited for a sum',
  '  of it, summed beside computing',
];

async function timeSteps(
  tf: Tf,
  world: World,
  spec: NetworkSpec,
  { batchSize, rounds }: Options,
): Promise<number[]> {
  // Each process its own step, all at the same time.
  const own = networkWork(tf, 'step', spec, batchSize);
  const alone = await timed(rounds, own.run);
  own.dispose();
  const shared = networkWork(tf, 'step', spec, batchSize, { world });
  const step = await timed(rounds, shared.run, () => world.takeTimes());
  const { busyMs, waitMs } = world.takeTimes();
  shared.dispose();
  const [reducing, waited] = [busyMs / rounds, waitMs / rounds];
  return [alone, step, reducing, waited, Math.max(0, reducing - waited)];
}

/** Milliseconds of a task: the median of `rounds`, after a warm-up. */
async function timed(
  rounds: number,
  task: () => Promise<void>,
  warm: () => unknown = () => undefined,
): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await task();
  warm();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    await task();
    times.push(performance.now() - began);
  }
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  );
}
