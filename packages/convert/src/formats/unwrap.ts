import { type ByteSource, bytesSource, sliceSource } from '@alexnet/files';
import { readTar } from '@alexnet/files/tar';
import { inflateUpTo, readZip } from '@alexnet/files/zip';
import type { OpenOptions } from '../alexnet/open-options.js';
import { FormatError } from '../format-error.js';
import { detectFormat } from './detect-format.js';
import type { ModelSource } from './format.js';
import { formatOf } from './formats.js';
import { openChecked } from './open-checked.js';
import { adviceOn } from './others.js';

/** What a gzip file may grow to, bytes: four times the largest AlexNet. */
const MAX_INFLATED = 2 ** 30;
const MAX_DEPTH = 3;

/** A weights file, and what was found around it. */
export interface Unwrapped {
  readonly source: ModelSource;
  /** Mean images in the same archive. */
  readonly means: readonly ModelSource[];
}

/**
 * The weights file inside a gzip, tar or zip around it; the source itself where it is of a known
 * format as it is. Files that are no weights, such as a README, are passed over, and so are shards of
 * others, and those that look like weights and whose reader says that they are none.
 *
 * @returns null where there is nothing of a known format in it
 * @throws FormatError ambiguous where several files in it are weights
 */
export async function unwrapped(
  source: ModelSource,
  options: OpenOptions,
  depth = 0,
): Promise<Unwrapped | null> {
  const { bytes } = source;
  const [first, second] = await bytes.read(0, Math.min(2, bytes.size));
  const gzipped = first === 0x1f && second === 0x8b;
  if (!gzipped && (await detectFormat(bytes)) !== null) return { source, means: [] };
  if (depth === MAX_DEPTH) return null;
  if (gzipped) {
    const inner = await inflateUpTo(await bytes.read(0, bytes.size), 'gzip', MAX_INFLATED);
    const name = source.name.replace(/\.gz$|\.tgz$/i, '');
    return unwrapped({ ...source, name, bytes: bytesSource(inner) }, options, depth + 1);
  }
  const members = await membersOf(bytes);
  const taken = new Set<string>();
  const found: Candidate[] = [];
  const means: ModelSource[] = [];
  for (const [path, open] of members) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const member = { name, bytes: await open(), beside: besideIn(path, members, taken) };
    if ((await adviceOn(member.bytes)) !== null) continue;
    const inner = await unwrapped(member, options, depth + 1);
    if (!inner) continue;
    const isMean = (await detectFormat(inner.source.bytes)) === 'caffe-mean';
    if (isMean) means.push(inner.source);
    else found.push({ ...inner, path });
  }
  const accepted = found.length > 1 ? await acceptedOf(found, options) : found;
  const networks = accepted.filter(({ path }) => !taken.has(path));
  const [only, ...others] = networks;
  if (others.length > 0) {
    const names = networks.map(({ path }) => path).join(', ');
    throw new FormatError(
      'ambiguous',
      `${source.name} holds several networks (${names}); give one alone`,
    );
  }
  const [mean] = means;
  if (!only) return mean ? { source: mean, means: [] } : null;
  return { source: only.source, means: only.means.length > 0 ? only.means : means };
}

interface Candidate extends Unwrapped {
  /** Its path in the archive. */
  readonly path: string;
}

/** Those whose reader does not say that they are of another kind; all where it says so of each. */
async function acceptedOf(
  found: readonly Candidate[],
  options: OpenOptions,
): Promise<readonly Candidate[]> {
  const kept: Candidate[] = [];
  for (const candidate of found) {
    const format = await detectFormat(candidate.source.bytes);
    if (format === null || format === 'caffe-mean') continue;
    try {
      await formatOf(format).read(candidate.source, options);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      if (error.code === 'not-this-format') continue;
    }
    kept.push(candidate);
  }
  return kept.length > 0 ? kept : found;
}

type Members = ReadonlyMap<string, () => Promise<ByteSource>>;

async function membersOf(bytes: ByteSource): Promise<Members> {
  const members = new Map<string, () => Promise<ByteSource>>();
  try {
    const head = await bytes.read(0, Math.min(4, bytes.size));
    if (head[0] === 0x50 && head[1] === 0x4b) {
      for (const [name, entry] of await readZip(bytes)) {
        if (!/(^|\/)(__MACOSX\/|\.)/.test(name)) members.set(name, () => openChecked(entry));
      }
    } else if (bytes.size >= 512) {
      for await (const { path, kind, offset, size } of readTar(bytes)) {
        if (kind === 'file') members.set(path, async () => sliceSource(bytes, offset, size));
      }
    }
  } catch (error) {
    if (error instanceof FormatError) return new Map();
    throw error;
  }
  return members;
}

/**
 * Opens a member in the folder of another one.
 *
 * @param taken gets the path of what was opened
 */
function besideIn(name: string, members: Members, taken: Set<string>): ModelSource['beside'] {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  return async (part) => {
    const open = members.get(`${folder}${part}`);
    if (!open)
      throw new FormatError('missing-file', `${name} needs ${part} beside it in the archive`);
    taken.add(`${folder}${part}`);
    return open();
  };
}
