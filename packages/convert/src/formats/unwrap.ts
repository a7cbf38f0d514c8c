import { type ByteSource, bytesSource, sliceSource } from '@alexnet/files';
import { readTar } from '@alexnet/files/tar';
import { inflateUpTo, readZip } from '@alexnet/files/zip';
import { FormatError } from '../format-error.js';
import { detectFormat } from './detect-format.js';
import type { ModelSource } from './format.js';
import { openChecked } from './open-checked.js';

/** What a gzip file may grow to, bytes: four times the largest AlexNet. */
const MAX_INFLATED = 2 ** 30;
const MAX_DEPTH = 3;

/**
 * The weights file inside a gzip, tar or zip around it; the source itself where it is of a known
 * format as it is. Files that are no weights, such as a README, are passed over.
 *
 * @returns null where there is nothing of a known format in it
 * @throws FormatError ambiguous where several files in it are weights
 */
export async function unwrapped(source: ModelSource, depth = 0): Promise<ModelSource | null> {
  const { bytes } = source;
  const [first, second] = await bytes.read(0, Math.min(2, bytes.size));
  const gzipped = first === 0x1f && second === 0x8b;
  if (!gzipped && (await detectFormat(bytes)) !== null) return source;
  if (depth === MAX_DEPTH) return null;
  if (gzipped) {
    const inner = await inflateUpTo(await bytes.read(0, bytes.size), 'gzip', MAX_INFLATED);
    const name = source.name.replace(/\.gz$|\.tgz$/i, '');
    return unwrapped({ ...source, name, bytes: bytesSource(inner) }, depth + 1);
  }
  const members = await membersOf(bytes);
  const found: ModelSource[] = [];
  for (const [name, open] of members) {
    const member = { name, bytes: await open(), beside: besideIn(name, members) };
    const inner = await unwrapped(member, depth + 1);
    if (inner) found.push(inner);
  }
  const [only, ...others] = found;
  if (others.length > 0) {
    const names = found.map(({ name }) => name).join(', ');
    throw new FormatError(
      'ambiguous',
      `${source.name} holds several networks (${names}); give one alone`,
    );
  }
  return only ?? null;
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

/** Opens a member in the folder of another one. */
function besideIn(name: string, members: Members): ModelSource['beside'] {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  return async (part) => {
    const open = members.get(`${folder}${part}`);
    if (!open)
      throw new FormatError('missing-file', `${name} needs ${part} beside it in the archive`);
    return open();
  };
}
