import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { type ByteSource, handleSource, type SourceOptions } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { ModelSource } from '../formats/format.js';

/** Files held open while a network is read from them. */
export interface OpenFiles {
  /** The bytes of a file, read by position. */
  open(path: string): Promise<ByteSource>;
  /** A file as `openModel` takes it: its parts are opened in its folder; links that lead out of it are refused. */
  source(path: string): Promise<ModelSource>;
  /** Closes every file that was opened. */
  close(): Promise<void>;
}

/** Bytes read of bytes known so far, over all files together. */
export type ReadReport = (bytesRead: number, size: number) => void;

/** Opens files of this machine, all of which `close` closes. */
export function openFiles(
  options: { readonly signal?: AbortSignal; readonly onProgress?: ReadReport } = {},
): OpenFiles {
  const { signal, onProgress } = options;
  const handles: FileHandle[] = [];
  const read: number[] = [];
  let size = 0;

  async function openOne(path: string): Promise<ByteSource> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw missing ? new Error(`there is no file ${path}`, { cause: error }) : error;
    });
    const place = handles.push(handle) - 1;
    const status = await handle.stat();
    if (!status.isFile()) throw new Error(`${path} is no file`);
    size += status.size;
    const report: SourceOptions['onProgress'] = (bytes) => {
      read[place] = Math.min(bytes, status.size);
      onProgress?.(
        read.reduce((sum, each) => sum + (each ?? 0), 0),
        size,
      );
    };
    return handleSource(handle, status.size, {
      ...(signal ? { signal } : {}),
      onProgress: report,
    });
  }

  return {
    open: openOne,
    async source(path) {
      return {
        name: basename(path),
        bytes: await openOne(path),
        beside: (name) => openBeside(path, name),
      };
    },
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };

  async function openBeside(path: string, name: string): Promise<ByteSource> {
    const folder = await realpath(dirname(path));
    const file = await realpath(join(folder, name)).catch(() => {
      throw new FormatError(
        'missing-file',
        `${path} needs the file ${name} beside it, which is missing`,
      );
    });
    if (!file.startsWith(folder + sep)) {
      throw new FormatError('forbidden-name', `${name} beside ${path} leads out of its folder`);
    }
    return openOne(file);
  }
}
