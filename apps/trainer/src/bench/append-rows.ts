import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { processorFlags } from '@alexnet/backend/node';
import { csvLine } from '@alexnet/trainer/node';

/**
 * Adds rows to a CSV file of benchmarks, with `header` where the file is new. Every row starts with
 * date, machine with its vector instructions, Node's version and the command.
 *
 * @param rows cells, quoted where they need it
 */
export async function appendRows(
  path: string,
  header: string,
  command: string,
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const has = processorFlags();
  const flags = TELLING.filter((flag) => has.has(flag)).join(' ');
  const machine = `${cpus()[0]?.model.trim()} x${availableParallelism()}${flags ? ` (${flags})` : ''}`;
  const about = [date, machine, process.version, command];
  const lines = rows.map((row) => csvLine([...about, ...row]));
  if (!existsSync(path)) lines.unshift(`${header}\n`);
  await appendFile(path, lines.join(''));
}

/** What decides the speed of arithmetic. */
const TELLING = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'amx_int8'];
