import { readFileSync } from 'node:fs';

/** Instructions the processor has, as Linux names them (`avx512_bf16`); empty elsewhere. */
export function processorFlags(): ReadonlySet<string> {
  try {
    const [flags = ''] = /^flags\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return new Set(flags.split(/\s+/));
  } catch {
    return new Set();
  }
}
