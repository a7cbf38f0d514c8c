import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
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
  const flags = vectorFlags();
  const machine = `${cpus()[0]?.model.trim()} x${availableParallelism()}${flags ? ` (${flags})` : ''}`;
  const about = [date, machine, process.version, command];
  const lines = rows.map((row) => csvLine([...about, ...row]));
  if (!existsSync(path)) lines.unshift(`${header}\n`);
  await appendFile(path, lines.join(''));
}

/** What decides the speed of arithmetic, as Linux names it; empty elsewhere. */
function vectorFlags(): string {
  try {
    const [flags = ''] = /^flags\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    const has = new Set(flags.split(/\s+/));
    const telling = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'amx_int8'];
    return telling.filter((flag) => has.has(flag)).join(' ');
  } catch {
    return '';
  }
}
