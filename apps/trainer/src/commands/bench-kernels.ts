import { type Command, Option } from 'commander';
import { appendRows } from '../bench/append-rows.js';
import { timeEveryKernel } from '../bench/kernel-times.js';
import type { BenchTask } from '../bench/network-work.js';
import { positive, whole } from '../options/parse.js';
import { batchOption, csvOption, jsonOption, presetOption } from '../options/shared.js';
import { requirePreset, specOrUsageError } from '../preset-argument.js';
import { print, printJson, say } from '../say.js';
import { typedCommand } from '../typed-command.js';

interface Options {
  readonly task: BenchTask;
  readonly preset: string;
  readonly batchSize: number;
  readonly width: number;
  readonly rounds: number;
  readonly precision: 'fp32' | 'fp16';
  readonly csv?: string;
  readonly json?: true;
}

const HEADER =
  'date,machine,node,command,device,task,preset,width,batch,precision,kernel,shape,calls,ms';

/** Lines printed; a CSV file has all. */
const SHOWN = 20;

export function addBenchKernelsCommand(bench: Command): void {
  bench
    .command('kernels')
    .description('where the time of a step or a prediction goes on WebGPU, by the GPU’s own clock')
    .addOption(new Option('--backend <name>').choices(['webgpu']).default('webgpu'))
    .addOption(new Option('--task <which>').choices(['step', 'predict']).default('step'))
    .addOption(presetOption().default('alexnet'))
    .option('--width <factor>', 'of the filters and units of every layer', positive, 1)
    .addOption(batchOption().default(128))
    .addOption(
      new Option('--precision <which>', 'of convolutions and dense layers')
        .choices(['fp32', 'fp16'])
        .default('fp32'),
    )
    .option('--rounds <n>', 'of which the median is taken', whole(1), 5)
    .addOption(csvOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { task, batchSize: batch, width, rounds, precision, csv } = options;
  const preset = requirePreset(options.preset);
  const spec = specOrUsageError(preset, { width });
  const { device, kernels } = await timeEveryKernel({ task, spec, batch, precision }, rounds);
  const command = typedCommand();
  if (csv !== undefined) {
    const rows = kernels.map(({ kernel, shape, calls, milliseconds }) => {
      const about = [device, task, preset, width, batch, precision];
      return [...about, kernel, shape.join('x'), calls, milliseconds.toFixed(4)];
    });
    await appendRows(csv, HEADER, command, rows);
  }
  if (options.json) {
    printJson({ command, device, task, preset, width, batch, precision, kernels });
    return;
  }
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  say(
    `${task} of ${preset}, batch ${batch}, ${precision}, ${device}: ${total.toFixed(2)} ms in kernels`,
  );
  for (const { kernel, shape, calls, milliseconds } of kernels.slice(0, SHOWN)) {
    const time = `${milliseconds.toFixed(3)} ms`.padStart(12);
    print(`${time} ${String(calls).padStart(3)} × [${shape}] ${kernel}`);
  }
}
