import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  compareFingerprint,
  type Dataset,
  describeDifference,
  takeFingerprint,
} from '@alexnet/data';
import { describeRecipe, type Recipe } from '@alexnet/trainer';
import { CommandError } from '../failure.js';
import { VERSION } from '../version.js';
import type { Team } from './team.js';

/** What has to be the same in every process, by what it is called. */
export type Facts = Readonly<Record<string, unknown>>;

/** More differences than this are of one kind, as where one process resumes and another begins. */
const MOST_NAMED = 6;

/** @throws CommandError `usage` naming each rank that has something else than rank 0, and what */
export async function compareFacts(team: Team, key: string, own: Facts): Promise<void> {
  const all = await team.gather(key, { host: hostname(), facts: own });
  const [first, ...others] = all;
  const names = [...new Set(all.flatMap(({ facts }) => Object.keys(facts)))];
  const differences = others.flatMap(({ host, facts }, at) =>
    names.flatMap((name) => {
      const [here, there] = [facts, first?.facts].map((them) => inWords(them?.[name]));
      const who = `rank ${at + 1} on ${host}`;
      return here === there ? [] : [`${who} has ${name} ${here}, rank 0 has ${there}`];
    }),
  );
  refuse(differences);
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not given');
}

/** Every setting of a recipe by its name. */
export function recipeFacts(recipe: Recipe | null): Facts {
  const lines = recipe ? describeRecipe(recipe) : [];
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** @throws CommandError `usage` naming each rank whose images are not those of rank 0, and how they differ */
export async function compareData(team: Team, dataset: Dataset): Promise<void> {
  if (team.size === 1) return;
  const fingerprint = await team.share(
    'data',
    team.rank === 0 ? await takeFingerprint(dataset) : null,
  );
  const difference =
    team.rank === 0 ? null : describeDifference(await compareFingerprint(fingerprint, dataset));
  const all = await team.gather('data difference', { host: hostname(), difference });
  refuse(
    all.flatMap(({ host, difference: text }, rank) =>
      text === null ? [] : [`rank ${rank} on ${host} has other images than rank 0: ${text}`],
    ),
  );
}

function refuse(differences: readonly string[]): void {
  if (differences.length === 0) return;
  const named = differences.slice(0, MOST_NAMED).join('; ');
  const rest = differences.length - MOST_NAMED;
  throw new CommandError(
    'usage',
    `the processes do not agree: ${named}${rest > 0 ? `; and ${rest} more` : ''}`,
  );
}

/** The version, and a hash of the code that runs: two builds of one version may differ. */
export function codeVersion(): string {
  const hash = createHash('sha256');
  const packages = ['augment', 'backend', 'data', 'model', 'trainer'].map((name) =>
    dirname(fileURLToPath(import.meta.resolve(`@alexnet/${name}`))),
  );
  for (const folder of [dirname(fileURLToPath(import.meta.url)), ...packages]) {
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.js'))
      .sort()) {
      hash.update(readFileSync(join(folder, file)));
    }
  }
  return `${VERSION} (${hash.digest('hex').slice(0, 12)})`;
}
