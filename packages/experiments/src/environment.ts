import { machine } from '@alexnet/trainer/node';

/** What a study computes on. */
export interface StudyBackend {
  /** Of tfjs. */
  readonly name: string;
  /** What it runs on. */
  readonly device: string;
  /** fp32, bf16 or fp16, set before. */
  readonly precision: string;
}

/** Where, with what and when a run was made. */
export interface Environment {
  /** YYYY-MM-DD; of several runs the first and the last. */
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly tfjs: string;
  readonly backend: string;
  readonly device: string;
  /** Of products in training and answers. */
  readonly precision: string;
}

/** Here and today. */
export function environmentOf(backend: StudyBackend, tfjs: string): Environment {
  const { name, device, precision } = backend;
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    node: process.version,
    tfjs,
    backend: name,
    device,
    precision,
  };
}

/** Of several runs: every value there is, named once. */
export function environmentOfAll(runs: readonly { readonly environment: Environment }[]) {
  const all = (of: (environment: Environment) => string) => [
    ...new Set(runs.map(({ environment }) => of(environment)).sort()),
  ];
  const dates = all(({ date }) => date);
  const named = (of: (environment: Environment) => string) => all(of).join('; ');
  return {
    date: dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : (dates[0] ?? ''),
    machine: named(({ machine }) => machine),
    node: named(({ node }) => node),
    tfjs: named(({ tfjs }) => tfjs),
    backend: named(({ backend }) => backend),
    device: named(({ device }) => device),
    precision: named(({ precision }) => precision),
  } satisfies Environment;
}
