import type { Precision } from '@alexnet/backend/node';
import { machine } from '@alexnet/trainer/node';
import { typedCommand } from '../typed-command.js';
import { VERSION } from '../version.js';

/** What computed a run from one update to where the next part begins, or to its end. */
export interface RunPart {
  /** Updates done before it. */
  readonly fromStep: number;
  readonly started: string;
  readonly command: string;
  readonly backend: string;
  readonly device: string;
  /** Of convolutions and dense layers; the rest is fp32. */
  readonly precision: Precision;
  readonly machine: string;
  /** Of more than one process; `machine` is then that of rank 0. */
  readonly world?: { readonly processes: number; readonly machines: number };
  readonly versions: { readonly alexnet: string; readonly tfjs: string; readonly node: string };
}

/** The part of a run that this process makes. */
export function presentPart(
  fromStep: number,
  backend: { readonly name: string; readonly device: string; readonly precision: Precision },
  tfjs: string,
  { size, machines }: { readonly size: number; readonly machines: number },
): RunPart {
  return {
    fromStep,
    started: new Date().toISOString(),
    command: typedCommand(),
    backend: backend.name,
    device: backend.device,
    precision: backend.precision,
    machine: machine(),
    ...(size > 1 ? { world: { processes: size, machines } } : {}),
    versions: { alexnet: VERSION, tfjs, node: process.version },
  };
}

/** A run's parts with one more; a part in which no update was made is left out. */
export function withPart(parts: readonly RunPart[], part: RunPart): RunPart[] {
  return [...parts.filter(({ fromStep }) => fromStep < part.fromStep), part];
}

/** What computed a run, in words: one backend, or each with the updates it made. */
export function partsInWords(parts: readonly RunPart[]): string {
  const changes = parts.filter((part, at) => {
    const before = parts[at - 1];
    return (
      before?.backend !== part.backend ||
      before.device !== part.device ||
      before.precision !== part.precision ||
      before.world?.processes !== part.world?.processes ||
      before.world?.machines !== part.world?.machines
    );
  });
  const name = ({ backend, device, precision, world }: RunPart) =>
    `${backend} (${device}${precision === 'fp32' ? '' : `, ${precision}`})${world ? ` in ${worldInWords(world)}` : ''}`;
  if (changes.length <= 1) return changes.map(name).join();
  return changes.map((part) => `${name(part)} from update ${part.fromStep + 1}`).join(', ');
}

/** "4 processes on 2 machines" */
export function worldInWords({ processes, machines }: NonNullable<RunPart['world']>): string {
  return `${processes} processes on ${machines} machine${machines === 1 ? '' : 's'}`;
}
