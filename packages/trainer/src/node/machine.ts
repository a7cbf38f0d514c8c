import { cpus, totalmem } from 'node:os';

/** This machine in words: "2 × AMD EPYC, 24 GB, linux x64". */
export function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.replace(/\s+/g, ' ').trim() || process.arch;
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${model}, ${gigabytes} GB, ${process.platform} ${process.arch}`;
}
