import { mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { handleSource } from '@alexnet/files';
import { readZip, type ZipEntry } from '@alexnet/files/zip';
import { CUDA_FILES } from './cuda-libraries.js';

/**
 * The few files of a TensorFlow wheel the addon needs: two libraries to run, and to compile the
 * C headers (a few dozen of 13,000).
 */
const LIBRARIES = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADERS =
  /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/common_runtime\/next_pluggable_device\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.(?:h|inc))$/;

/** A wheel has thousands of headers, and libraries of over a gigabyte. */
const LIMITS = { entries: 200_000, entryBytes: 8 * 2 ** 30, totalBytes: 32 * 2 ** 30 };

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
  await withEntries(wheel, async (entries) => {
    const wanted: { readonly entry: ZipEntry; readonly target: string }[] = [];
    for (const entry of entries) {
      const target = targetOf(entry.name);
      if (target) wanted.push({ entry, target });
    }
    const total = wanted.reduce((sum, { entry }) => sum + entry.size, 0);
    let done = 0;
    for (const { entry, target } of wanted) {
      const path = join(directory, target);
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'w');
      try {
        for await (const chunk of entry.chunks()) {
          signal?.throwIfAborted();
          await file.writeFile(chunk);
          done += chunk.length;
          onProgress?.(done, total);
        }
        if (entry.mode & 0o111) await file.chmod(0o755);
      } finally {
        await file.close();
      }
    }
  });
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
  return withEntries(wheel, async (entries) => {
    const entry = entries.find(({ name }) => /^[^/]+\.dist-info\/METADATA$/.test(name));
    if (!entry) throw new Error(`${wheel} has no METADATA`);
    const content = await entry.open();
    return new TextDecoder().decode(await content.read(0, content.size));
  });
}

async function withEntries<T>(
  wheel: string,
  work: (entries: readonly ZipEntry[]) => Promise<T>,
): Promise<T> {
  const handle = await open(wheel, 'r');
  try {
    const source = handleSource(handle, (await handle.stat()).size);
    return await work([...(await readZip(source, LIMITS)).values()]);
  } finally {
    await handle.close();
  }
}
