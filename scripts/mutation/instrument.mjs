import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import stryker from '../../stryker.config.mjs';
import { root } from '../steps.mjs';

/** One change of a source, as Stryker makes it; lines and columns from 1. */
const keyOf = ({ fileName, location: { start }, mutatorName, replacement }) =>
  [
    fileName,
    start.line + 1,
    start.column + 1,
    mutatorName,
    replacement.replace(/\s+/g, ' '),
  ].join();

/**
 * The sources of a package with mutants in them that are switched on by number, by Stryker's own
 * instrumenter. With a `sample` so many are drawn by the digest of seed and mutant: the same on every
 * machine, and a larger sample holds the smaller.
 *
 * @returns Code by absolute path, the mutants, and how many there are in all.
 */
export async function instrument(name, { files, sample, seed }) {
  const all = await make(sourcesOf(name, files).map((file) => ({ ...file, mutate: true })));
  if (sample === undefined) return { ...all, total: all.mutants.length };
  const rank = (mutant) =>
    createHash('sha256')
      .update(`${seed}\n${keyOf(mutant)}`)
      .digest('hex');
  const drawn = all.mutants
    .map((mutant) => [rank(mutant), mutant])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, sample)
    .map(([, mutant]) => mutant);
  // Made again with few mutants in them, sources run nearly as fast as plain ones.
  const some = await make(
    sourcesOf(name, files)
      .map((file) => ({
        ...file,
        mutate: drawn
          .filter(({ fileName }) => fileName === file.name)
          .map(({ location }) => location),
      }))
      .filter(({ mutate }) => mutate.length > 0),
  );
  const keys = new Set(drawn.map(keyOf));
  const mutants = some.mutants.filter((mutant) => keys.has(mutant.key));
  return { ...some, mutants, total: all.mutants.length };
}

function sourcesOf(name, pattern = '') {
  const folder = `packages/${name}/src`;
  return readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !stryker.mutate.includes(`!${path}`))
    .filter((path) => path.startsWith(`${folder}/${pattern}`))
    .sort()
    .map((path) => ({ name: path, content: readFileSync(join(root, path), 'utf8') }));
}

async function make(sources) {
  const quiet = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false };
  const { files, mutants } = await new Instrumenter(quiet).instrument(sources, {
    plugins: null,
    ignorers: [],
    noHeader: false,
    ...stryker.mutator,
  });
  return {
    code: new Map(files.map(({ name, content }) => [join(root, name), content])),
    mutants: mutants.map((mutant) => ({ ...mutant, key: keyOf(mutant) })),
  };
}
