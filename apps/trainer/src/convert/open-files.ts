import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type ByteSource, handleSource, type SourceOptions } from '@alexnet/convert';

/** Files held open while a network is read from them. */
export interface OpenFiles {
  open(path: string): Promise<ByteSource>;
  /** Opens a file that lies in the same folder as `path`; links that lead elsewhere are refused. */
  openBeside(path: string, name: string): Promise<ByteSource>;
  close(): Promise<void>;
}

/** Bytes read of bytes known so far, over all files together. */
export type ReadReport = (bytesRead: number, size: number) => void;

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
    async openBeside(path, name) {
      const folder = await realpath(dirname(path));
      const file = await realpath(join(folder, name)).catch(() => {
        throw new Error(`${path} needs the file ${name} beside it, which is missing`);
      });
      if (!file.startsWith(folder + sep)) {
        throw new Error(`${name} beside ${path} leads out of its folder`);
      }
      return openOne(file);
    },
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}
