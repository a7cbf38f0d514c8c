import { chmodSync, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, open, type ZipFile } from 'yauzl';
import { CUDA_FILES } from './cuda-libraries.js';

/**
 * The few files of a TensorFlow wheel the addon needs: two libraries to run, and to compile the
 * C headers (a few dozen of 13,000).
 */
const LIBRARIES = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADERS =
  /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/common_runtime\/next_pluggable_device\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.(?:h|inc))$/;

/**
 * Unpacks TensorFlow's libraries into `directory`, its headers into `directory/include` and NVIDIA's
 * libraries into `directory/nvidia`, whichever the wheel has, reporting bytes.
 */
export async function unpackWheel(options: {
  readonly wheel: string;
  readonly directory: string;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { wheel, directory, onProgress, signal } = options;
  const zip = await openZip(wheel);
  try {
    const wanted: { readonly entry: Entry; readonly target: string }[] = [];
    for (const entry of await listEntries(zip)) {
      const target = targetOf(entry.fileName);
      if (target) wanted.push({ entry, target });
    }
    const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const { entry, target } of wanted) {
      signal?.throwIfAborted();
      const path = join(directory, target);
      mkdirSync(dirname(path), { recursive: true });
      const source = await openEntry(zip, entry);
      source.on('data', (chunk: Buffer) => {
        done += chunk.length;
        onProgress?.(done, total);
      });
      await pipeline(source, createWriteStream(path), signal ? { signal } : {});
      // Wheels are made on Unix: the upper half of the attributes is the file's mode (APPNOTE 4.4.15).
      if ((entry.externalFileAttributes >>> 16) & 0o111) chmodSync(path, 0o755);
    }
  } finally {
    zip.close();
  }
}

/** Where an entry goes, or undefined when it is not needed. The patterns admit no `..`. */
function targetOf(name: string): string | undefined {
  const library = (LIBRARIES.exec(name) ?? CUDA_FILES.exec(name))?.[1];
  if (library) return library;
  const header = HEADERS.exec(name)?.[1];
  if (!header || normalize(header) !== header) return undefined;
  return join('include', header);
}

/** METADATA of a wheel, as text. */
export async function readMetadata(wheel: string): Promise<string> {
  const zip = await openZip(wheel);
  try {
    const entries = await listEntries(zip);
    const entry = entries.find(({ fileName }) => /^[^/]+\.dist-info\/METADATA$/.test(fileName));
    if (!entry) throw new Error(`${wheel} has no METADATA`);
    const chunks: Buffer[] = [];
    for await (const chunk of await openEntry(zip, entry)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    zip.close();
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) reject(error);
      else resolve(zip);
    });
  });
}

function listEntries(zip: ZipFile): Promise<readonly Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
    zip.readEntry();
  });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });
}
