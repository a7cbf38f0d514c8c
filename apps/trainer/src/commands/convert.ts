import { extname } from 'node:path';
import { type ModelFile, writeModel, writeOnnx } from '@alexnet/convert';
import { writeAtomically } from '@alexnet/trainer/node';
import type { Command } from 'commander';
import { UsageError } from '../failure.js';
import { say } from '../say.js';
import { openWeights } from '../weights-file.js';

const WRITERS: Readonly<Record<string, (file: ModelFile) => Uint8Array>> = {
  '.safetensors': writeModel,
  '.onnx': writeOnnx,
};

export function addConvertCommand(program: Command): void {
  program
    .command('convert')
    .description('the same network in another format; the ending of OUT says which')
    .argument('<in>', 'weights.safetensors, or a run folder')
    .argument('<out>', 'a .onnx or .safetensors file')
    .action(run);
}

async function run(source: string, target: string): Promise<void> {
  const write = WRITERS[extname(target)];
  if (!write) {
    throw new UsageError(`${target}: the ending must be one of ${Object.keys(WRITERS).join(', ')}`);
  }
  const { file } = await openWeights(source);
  const bytes = write(file);
  await writeAtomically(target, bytes);
  say(`wrote ${target} (${(bytes.length / 1e6).toFixed(1)} MB)`);
}
