import { machine } from '@alexnet/trainer/node';

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
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    node: process.version,
    tfjs,
    backend: backend.name,
    device: backend.device,
  };
}
