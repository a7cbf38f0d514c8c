import {
  cachedWeights,
  expects,
  PUBLISHED_WEIGHTS,
  type PublishedWeights,
  readMeasured,
  removeWeights,
  SMALLER_DTYPES,
  type SmallerDtype,
  smallerWeights,
} from '@alexnet/classifier/node';
import type { Command } from 'commander';
import { openModelFile } from '../convert/open-model.js';
import { CommandError } from '../failure.js';
import { printCard } from '../model-card.js';
import { oneOf } from '../options/one-of.js';
import { jsonOption } from '../options/shared.js';
import { print, printJson, say } from '../say.js';

export function addWeightsCommand(program: Command): void {
  const weights = program
    .command('weights')
    .description('published weights by name: what there is, and which of it is here')
    .addOption(jsonOption())
    .action(list);
  weights
    .command('get')
    .description('fetch weights into the cache, check them, and print their card')
    .argument('<name|url...>', 'names that alexnet weights lists, or https://…[#sha256=…]')
    .option(
      '--dtype <type>',
      'make the file for web pages as well: f16 for half of the bytes, int8 for a quarter',
    )
    .action(get);
  weights
    .command('path')
    .description('where they lie in the cache')
    .argument('<name|url>')
    .action(path);
  weights
    .command('remove')
    .description('delete them from the cache')
    .argument('<name|url...>')
    .action(remove);
}

async function list({ json }: { readonly json?: true }): Promise<void> {
  const rows = await Promise.all(
    PUBLISHED_WEIGHTS.map(async (weights) => ({
      ...weights,
      expects: expects(weights),
      path: (await cachedWeights(weights.name))?.path ?? null,
      measured: await readMeasured(weights.name),
    })),
  );
  if (json) {
    printJson(rows);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { path, measured, ...weights } of rows) {
    print(`${weights.name.padEnd(width)}  ${weights.title}`);
    const indent = ' '.repeat(width + 2);
    print(`${indent}${accuracy(weights)}, ${sizeOf(weights)}; ${weights.license}`);
    print(`${indent}expects images ${weights.expects}`);
    print(`${indent}from ${weights.weights.url}`);
    if (measured) {
      const { top1, top5, images, data } = measured;
      print(
        `${indent}measured here: top-1 ${top1} %, top-5 ${top5} % on ${images} images of ${data}`,
      );
    }
    print(`${indent}${path ?? `not here yet: alexnet weights get ${weights.name}`}`);
  }
}

const accuracy = ({ accuracy: { top1, top5 } }: PublishedWeights) =>
  `top-1 ${top1} %, top-5 ${top5} % as published (ILSVRC-2012 validation, center crop)`;

const sizeOf = ({ weights: { bytes } }: PublishedWeights) =>
  bytes === null ? 'about 244 MB' : `${Math.round(bytes / 1e6)} MB`;

async function get(
  names: readonly string[],
  { dtype }: { readonly dtype?: string },
): Promise<void> {
  const smaller = dtype === undefined ? null : oneOf('dtype', dtype, SMALLER_DTYPES);
  for (const name of names) {
    const opened = await openModelFile(name);
    const path = smaller ? await asSmaller(name, smaller) : opened.path;
    await printCard(smaller ? await openModelFile(path) : opened, print);
    print(path);
  }
}

async function asSmaller(name: string, dtype: SmallerDtype): Promise<string> {
  const found = await cachedWeights(name);
  if (!found?.published) {
    throw new CommandError('usage', `--dtype is for published names, not ${name}: alexnet convert`);
  }
  return smallerWeights({ ...found, published: found.published }, dtype);
}

async function path(name: string): Promise<void> {
  const found = await cachedWeights(name);
  if (!found) throw new Error(`${name} is not here yet: alexnet weights get ${name}`);
  print(found.path);
}

async function remove(names: readonly string[]): Promise<void> {
  for (const name of names) {
    say(`${name}: ${(await removeWeights(name)) ? 'removed' : 'was not here'}`);
  }
}
