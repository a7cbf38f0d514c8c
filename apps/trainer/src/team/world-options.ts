import { findPlacement, type Placement, type PlacementFlags } from '@alexnet/trainer/node';
import type { Command } from 'commander';
import { CommandError } from '../failure.js';
import { address, machines, whole } from '../options/parse.js';
import { say } from '../say.js';
import { launch } from './launch.js';

/** How many processes there are, as flags. */
export interface WorldOptions extends PlacementFlags {
  readonly maxRestarts?: number;
}

const DEFAULT_RESTARTS = 3;

/** The flags of commands that many processes run together. */
export function addWorldOptions(command: Command): Command {
  return command
    .option('--nproc-per-node <n>', 'processes on this machine, which work together', whole(1))
    .option('--nnodes <n|n:m>', 'machines in all; 1:2: with fewer where one is lost', machines)
    .option('--node-rank <n>', 'which of them this is, from 0', whole(0))
    .option('--rdzv-endpoint <host:port>', 'where machine 0 listens for the others', address)
    .option(
      '--max-restarts <n>',
      `how often processes start anew after one was lost (default: ${DEFAULT_RESTARTS})`,
      whole(0),
    );
}

/** Where this process stands among others; null where it works alone. @throws CommandError `usage` */
export function placementOf(options: WorldOptions): Placement | null {
  const { nprocPerNode, nnodes, nodeRank, rdzvEndpoint } = options;
  const given = Object.entries({ nprocPerNode, nnodes, nodeRank, rdzvEndpoint });
  const flags = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  try {
    return findPlacement(flags as PlacementFlags, process.env);
  } catch (error) {
    throw new CommandError('usage', (error as Error).message);
  }
}

/** Runs this command in every process of this machine; the command's exit code is that of all. */
export async function launchAll(placement: Placement, options: WorldOptions): Promise<void> {
  const { code, message } = await launch(placement, options.maxRestarts ?? DEFAULT_RESTARTS);
  process.exitCode = code;
  if (message !== null) say(`alexnet: ${message}`);
}
