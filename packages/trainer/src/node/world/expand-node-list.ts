import { TrainingError } from '../../training-error.js';

/** More hosts than a cluster has. */
const MOST_HOSTS = 100_000;

/**
 * The hosts of a SLURM node list, in its order: `gpu[01-03,7],login` is gpu01, gpu02, gpu03, gpu7, login.
 * Several brackets in a name are counted through as `scontrol show hostnames` does, the last one fastest.
 *
 * @throws TrainingError `bad-world` for what is no such list
 */
export function expandNodeList(text: string): string[] {
  const hosts = splitOutside(text).flatMap((name) => expandName(name, text));
  if (hosts.length === 0 || hosts.some((host) => host === '')) throw noList(text);
  return hosts;
}

/** At the commas outside brackets. */
function splitOutside(text: string): string[] {
  return text.split(/,(?![^[]*\])/).map((name) => name.trim());
}

function expandName(name: string, whole: string): string[] {
  const found = /^([^[\]]*)\[([^[\]]+)\](.*)$/.exec(name);
  if (!found) {
    if (/[[\]\s]/.test(name)) throw noList(whole);
    return [name];
  }
  const [, before = '', ranges = '', after = ''] = found;
  const ends = expandName(after, whole);
  return ranges
    .split(',')
    .flatMap((range) => numbersOf(range, whole))
    .flatMap((number) => ends.map((end) => `${before}${number}${end}`));
}

/** `08-10` is 08, 09, 10: as wide as the first is written. */
function numbersOf(range: string, whole: string): string[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range.trim()) ?? [];
  if (first === undefined || last === undefined) throw noList(whole);
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > MOST_HOSTS) throw noList(whole);
  return Array.from({ length: count }, (_, i) =>
    String(Number(first) + i).padStart(first.length, '0'),
  );
}

function noList(text: string): TrainingError {
  return new TrainingError('bad-world', `"${text}" is no list of nodes, as node[01-04],other`);
}
