import { cpus, totalmem } from 'node:os';

/** Where, with what and when results were made. */
export interface Environment {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly tfjs: string;
  readonly backend: string;
  readonly device: string;
}

export function environmentOf(
  command: string,
  backend: { readonly name: string; readonly device: string },
  tfjs: string,
): Environment {
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${first?.model.trim() ?? process.arch}, ${gigabytes} GB, ${process.platform} ${process.arch}`,
    node: process.version,
    tfjs,
    backend: backend.name,
    device: backend.device,
  };
}
