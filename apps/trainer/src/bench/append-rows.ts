import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { quoted } from '../csv.js';

/**
 * Adds rows to a CSV file of benchmarks, with `header` where the file is new. Every row starts with
 * date, machine, Node's version and the command.
 *
 * @param rows cells as they are written, quoted where they need it
 */
export async function appendRows(
  path: string,
  header: string,
  command: string,
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim()} x${availableParallelism()}`;
  const about = [date, machine, process.version, quoted(command)];
  const lines = rows.map((row) => [...about, ...row].join(','));
  if (!existsSync(path)) lines.unshift(header);
  await appendFile(path, `${lines.join('\n')}\n`);
}
