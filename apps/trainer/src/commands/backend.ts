import { installTensorflow, selectBackend } from '@alexnet/backend/node';
import type { Command } from 'commander';
import { withProgress } from '../progress.js';
import { print, printJson, say } from '../say.js';

export function addBackendCommand(program: Command): void {
  const backend = program
    .command('backend')
    .description('which backend computes here, and why the others do not')
    .option('--json', 'one JSON document on stdout')
    .action(show);
  backend
    .command('install')
    .description("compile TensorFlow's engine for Node from pip's tensorflow-cpu, once")
    .option('--tensorflow <version>', 'a version of tensorflow-cpu')
    .action(install);
}

async function show(options: { readonly json?: true }): Promise<void> {
  const { name, device, passedOver } = await selectBackend();
  if (options.json) {
    printJson({ name, device, passedOver });
    return;
  }
  print(`${name} (${device})`);
  for (const other of passedOver) print(`  not ${other.name}: ${other.reason}`);
}

async function install(options: { readonly tensorflow?: string }): Promise<void> {
  const { tensorflow: version } = options;
  const built = await withProgress('TensorFlow engine', (report) =>
    installTensorflow({
      ...(version === undefined ? {} : { version }),
      onProgress: ({ message, fraction }) =>
        fraction === undefined ? say(message) : report(Math.round(100 * fraction), 100, message),
    }),
  );
  print(`TensorFlow ${built.tensorflow} is ready (${built.directory})`);
}
