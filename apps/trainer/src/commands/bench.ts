import type { Command } from 'commander';
import { addBenchKernelsCommand } from './bench-kernels.js';
import { addBenchLoaderCommand } from './bench-loader.js';
import { addBenchNetworkCommands } from './bench-network.js';
import { addBenchOverheadCommand } from './bench-overhead.js';
import { addBenchScaleCommand } from './bench-scale.js';

/** `alexnet bench`: what this machine reaches; one subcommand per thing that can be timed. */
export function addBenchCommand(program: Command): void {
  const bench = program.command('bench').description('time this project on this machine');
  addBenchNetworkCommands(bench);
  addBenchLoaderCommand(bench);
  addBenchOverheadCommand(bench);
  addBenchKernelsCommand(bench);
  addBenchScaleCommand(bench);
}
