import { type Command, Option } from 'commander';
import { appendRows } from '../bench/append-rows.js';
import { type Overhead, timeOverhead } from '../bench/time-overhead.js';
import { positive, whole } from '../options/parse.js';
import { batchOption, csvOption, jsonOption, presetOption } from '../options/shared.js';
import { requirePreset, specOrUsageError } from '../preset-argument.js';
import { print, printJson, say } from '../say.js';
import { typedCommand } from '../typed-command.js';

interface Options {
  readonly preset: string;
  readonly batchSize: number;
  readonly width: number;
  readonly headWidth?: number;
  readonly rounds: number;
  readonly csv?: string;
  readonly json?: true;
}

const HEADER =
  'date,machine,node,command,preset,width,head_width,batch,task,way,samples,median_ms,mean_ms,slowest_ms,copy_ms,beside_copy_ms';

export function addBenchOverheadCommand(bench: Command): void {
  bench
    .command('overhead')
    .description(
      'processor time of a step and a prediction while a GPU would compute; Dawn’s null backend stands for it and has 512 MiB, 128 MiB a tensor',
    )
    .addOption(new Option('--backend <name>').choices(['webgpu']).default('webgpu'))
    .addOption(presetOption().default('alexnet'))
    .option('--width <factor>', 'of the filters of every layer', positive, 1)
    .option('--head-width <factor>', 'of the units of fc6 and fc7 (default: --width)', positive)
    .addOption(batchOption().default(32))
    .option('--rounds <n>', 'samples of each', whole(1), 50)
    .addOption(csvOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { batchSize: batch, width, headWidth = width, rounds, csv } = options;
  const preset = requirePreset(options.preset);
  const overheads = await timeOverhead(
    specOrUsageError(preset, { width, headWidth }),
    batch,
    rounds,
  );
  const command = typedCommand();
  if (csv !== undefined) {
    const about = [preset, width, headWidth, batch];
    const rows = overheads.map((one) => {
      const { task, way, samples, median, mean, slowest, copy } = one;
      const times = [median, mean, slowest, copy, besideCopy(one)];
      return [...about, task, way, samples, ...times.map((ms) => ms.toFixed(3))];
    });
    await appendRows(csv, HEADER, command, rows);
  }
  if (options.json) {
    printJson({ command, preset, width, headWidth, batch, node: process.version, overheads });
    return;
  }
  say(`${preset}, width ${width}, head ${headWidth}, batch ${batch}: processor time, mean`);
  for (const one of overheads) {
    const what = `${one.task}, ${one.way}`.padEnd(18);
    const [beside, copy] = [besideCopy(one), one.copy].map((ms) => ms.toFixed(2).padStart(8));
    print(`${what} ${beside} ms beside ${copy} ms of copying the batch`);
  }
}

function besideCopy({ mean, copy }: Overhead): number {
  return mean - copy;
}
