import { dirname } from 'node:path';

/** An error of the system that kept `path` from being written, in plain words; any other stays as it is. */
export function writeError(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ENOENT: `there is no folder ${dirname(path)}`,
    ENOTDIR: `${dirname(path)} is not a folder`,
    EACCES: 'no permission',
    EROFS: 'the disk is read-only',
  };
  const reason = reasons[code] ?? error.message;
  return new Error(`cannot write ${path}: ${reason}`, { cause: error });
}
