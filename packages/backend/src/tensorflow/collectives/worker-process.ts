import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtAddons, WORKER_FILE } from '../built-addon.js';

/**
 * What a process is started with so that TensorFlow's server listens at one address alone
 * (addon/worker_process.cc); nothing where no addon was built here.
 */
export function processEnvironment(preloaded = process.env.LD_PRELOAD): Record<string, string> {
  const [newest] = builtAddons();
  const library = newest && join(newest.directory, WORKER_FILE);
  if (!library || !existsSync(library)) return {};
  return { LD_PRELOAD: preloaded ? `${library}:${preloaded}` : library };
}

/** Decides that address, in a process that was started so; the port is told from others. */
export function bindTo(host: string, port: number): void {
  process.env.ALEXNET_BIND = `${port} ${host}`;
}
