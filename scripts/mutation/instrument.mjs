import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import stryker from '../../stryker.config.mjs';
import { root } from '../steps.mjs';

/** What a mutant changes: file, from where to where, kind of change, what stands there instead. */
function placeOf({ fileName, location: { start, end }, mutatorName, replacement }) {
  const [from, to] = [start, end].map(({ line, column }) => `${line + 1}:${column + 1}`);
  return [fileName, from, to, mutatorName, replacement.replace(/\s+/g, ' ')];
}

/**
 * The sources of a package with mutants in them that are switched on by number, by Stryker's own
 * instrumenter. With a `sample` so many are drawn by the digest of seed and mutant: the same on every
 * machine, and a larger sample holds the smaller.
 *
 * @returns Code by absolute path, the mutants, and how many there are in all.
 */
export async function instrument(name, { sample, seed }) {
  const sources = sourcesOf(name);
  const all = await make(sources.map((file) => ({ ...file, mutate: true })));
  const rank = ({ place }) => createHash('sha256').update(`${seed}\n${place.join()}`).digest('hex');
  const drawn = all.mutants
    .map((mutant) => [rank(mutant), mutant])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, sample)
    .map(([, mutant]) => mutant);
  // Made again with few mutants in them, sources run nearly as fast as plain ones.
  const some = await make(
    sources
      .map((file) => ({
        ...file,
        mutate: drawn
          .filter(({ fileName }) => fileName === file.name)
          .map(({ location }) => location),
      }))
      .filter(({ mutate }) => mutate.length > 0),
  );
  const places = new Set(drawn.map(({ place }) => place.join()));
  const mutants = some.mutants.filter(({ place }) => places.has(place.join()));
  return { ...some, mutants, total: all.mutants.length };
}

function sourcesOf(name) {
  const folder = `packages/${name}/src`;
  return readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !stryker.mutate.includes(`!${path}`))
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
    // Kinds of change that are excluded are there, with a status.
    mutants: mutants
      .filter(({ status }) => status === undefined)
      .map((mutant) => ({ ...mutant, place: placeOf(mutant) })),
  };
}
