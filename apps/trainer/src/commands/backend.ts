import {
  type BackendReport,
  diagnoseBackends,
  installTensorflow,
  planInstallation,
  removeTensorflow,
  selectBackend,
} from '@alexnet/backend/node';
import type { Command } from 'commander';
import { jsonOption } from '../options/shared.js';
import { withProgress } from '../progress.js';
import { print, printJson, say } from '../say.js';

interface InstallCommandOptions {
  readonly tensorflow?: string;
  readonly gpu?: true;
  readonly dryRun?: true;
}

export function addBackendCommand(program: Command): void {
  const backend = program
    .command('backend')
    .description('which backend computes here, and why the better ones do not')
    .addOption(jsonOption())
    .action(show);
  backend
    .command('doctor')
    .description(
      'try every backend, compare it with the plain one, and say how to gain the missing ones',
    )
    .action(doctor);
  backend
    .command('install')
    .description("compile TensorFlow's backend for Node, once, from pip's tensorflow-cpu")
    .option('--gpu', "TensorFlow's GPU build with its CUDA libraries; needs NVIDIA's driver")
    .option('--tensorflow <version|wheel|dir>', 'another TensorFlow than the newest')
    .option('--dry-run', 'only say what would be done')
    .action(install);
  backend
    .command('remove')
    .description('delete the backends that were compiled')
    .option('--tensorflow <version>', 'only those of this version')
    .action(remove);
}

async function show(options: { readonly json?: true }): Promise<void> {
  const { name, device, passedOver } = await selectBackend();
  if (options.json) {
    printJson({ name, device, passedOver });
    return;
  }
  print(`${name} (${device})`);
  for (const other of passedOver) print(`  not ${other.label}: ${other.reason}`);
}

async function doctor(_: unknown, command: Command): Promise<void> {
  const diagnosis = await diagnoseBackends();
  if (command.optsWithGlobals<{ json?: true }>().json) {
    printJson(diagnosis);
    return;
  }
  for (const report of diagnosis.backends) printReport(report);
  print(`chosen: ${diagnosis.chosen}`);
}

function printReport({
  name,
  label,
  available,
  device,
  reason,
  check,
  features = [],
  tiles,
  advice,
}: BackendReport): void {
  print(`${available ? '✓' : '✗'} ${name.padEnd(11)}${label}`);
  if (device !== undefined) print(`    on ${device}`);
  if (available && check) {
    const error = check.error.toExponential(1);
    print(`    differs from the plain backend by ${error} at most (${check.tolerance} allowed)`);
    print(`    compared: ${check.compared.join(', ')}`);
  }
  for (const { name: feature, taken, remark } of features) {
    print(`    ${feature}: ${taken ? 'taken' : 'not taken'}, ${remark}`);
  }
  if (tiles) print(`    tiles of products: ${tiles.remark}`);
  for (const { product, tile, milliseconds, ofDefault } of tiles?.found ?? []) {
    const time = `${milliseconds.toFixed(3)} ms`;
    print(`      ${tile} ${time}, the default ${ofDefault.toFixed(3)} ms: ${product}`);
  }
  if (reason !== undefined) print(`    ${reason}`);
  if (advice !== undefined) print(`    to gain it: ${advice}`);
}

async function install(options: InstallCommandOptions): Promise<void> {
  const wanted = {
    ...(options.tensorflow === undefined ? {} : { version: options.tensorflow }),
    gpu: options.gpu ?? false,
  };
  if (options.dryRun) {
    const { existing, root, steps } = await planInstallation(wanted);
    if (existing)
      print(`nothing to do: TensorFlow ${existing.tensorflow} is in ${existing.directory}`);
    else for (const step of [...steps, `keep the result in ${root}`]) print(step);
    return;
  }
  const built = await withProgress('TensorFlow backend', (report) =>
    installTensorflow({
      ...wanted,
      onProgress: ({ message, fraction }) =>
        fraction === undefined ? say(message) : report(Math.round(100 * fraction), 100, message),
    }),
  );
  print(`TensorFlow ${built.tensorflow} is ready (${built.directory})`);
}

async function remove(options: { readonly tensorflow?: string }): Promise<void> {
  const removed = await removeTensorflow(
    options.tensorflow === undefined ? {} : { version: options.tensorflow },
  );
  if (removed.length === 0) print('there was none');
  for (const { tensorflow, directory } of removed)
    print(`removed TensorFlow ${tensorflow} (${directory})`);
}
