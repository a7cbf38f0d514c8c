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
