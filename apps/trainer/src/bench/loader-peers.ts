import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../failure.js';
import { say } from '../say.js';
import { peersFolder } from './peer.js';
import type { LoaderTiming, LoaderWork } from './time-loader.js';

/** One round of one loader. */
export interface LoaderSample extends LoaderTiming {
  readonly name: string;
  readonly round: number;
}

const OWN = 'alexnet';
/** Scripts of `bench/peers`; each prints a {@link LoaderTiming} as JSON. */
const SCRIPTS: Readonly<Record<string, string>> = {
  torchvision: 'loader_torchvision.py',
  webdataset: 'loader_webdataset.py',
  ffcv: 'loader_ffcv.py',
};

/**
 * Times this project's loader and its peers in turns, each in a process of its own, so that drift of
 * the machine meets all alike. A peer that does not run is named once and left out.
 */
export async function compareLoaders(
  work: LoaderWork,
  options: {
    readonly peers?: readonly string[] | undefined;
    readonly rounds: number;
    readonly python: string;
  },
): Promise<LoaderSample[]> {
  const names = options.peers ?? Object.keys(SCRIPTS);
  const unknown = names.find((name) => !Object.hasOwn(SCRIPTS, name));
  if (unknown !== undefined) {
    throw new CommandError(
      'usage',
      `no peer is called ${unknown}; there are ${Object.keys(SCRIPTS)}`,
    );
  }
  const running = new Set([OWN, ...names]);
  const samples: LoaderSample[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of [...running]) {
      const [program, args] = commandOf(name, work, options.python);
      try {
        samples.push({ name, round, ...(await timingFrom(program, args)) });
      } catch (error) {
        if (name === OWN) throw error;
        running.delete(name);
        say(`${name} left out: ${lastLine(error)}`);
      }
    }
  }
  return samples;
}

function commandOf(
  name: string,
  { data, batch, workers, images }: LoaderWork,
  python: string,
): [string, string[]] {
  const [b, w, p] = [batch, workers, images].map(String) as [string, string, string];
  if (name !== OWN) {
    return [python, [join(peersFolder(), SCRIPTS[name] ?? ''), data, w, p, b]];
  }
  const own = ['bench', 'loader', `--data=${data}`, `--batch=${b}`, `--workers=${w}`];
  return [
    process.execPath,
    [process.argv[1] ?? '', ...own, `--images=${p}`, '--rounds=1', '--json'],
  ];
}

async function timingFrom(program: string, args: string[]): Promise<LoaderTiming> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 24 });
  const { samples, ...timing } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  return samples?.[0] ?? timing;
}

function lastLine(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  return (stderr || message).trim().split('\n').at(-1) ?? '';
}
