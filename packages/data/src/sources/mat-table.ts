import { FormatError } from '@alexnet/files';
import { type MatValue, matNumbers, readMat } from '@alexnet/files/mat';
import { DatasetError } from '../errors.js';

/** Files of MATLAB in which sets say classes and splits: Flowers-102, Stanford Dogs and Stanford Cars. */
const NAME =
  /^(imagelabels|setid|(file|train|test)_list|cars_(train|test)_annos(_withlabels)?)\.mat$/i;

/** Whether a file, by its name, is such a table. */
export function isMatTable(name: string): boolean {
  return NAME.test(name);
}

/**
 * Rows of such a file, with a header; none where it says no classes, as `cars_test_annos.mat`.
 *
 * @throws {DatasetError} for a damaged file.
 */
export async function readMatTable(bytes: Uint8Array, where: string): Promise<string[][]> {
  return parsed(bytes, where, rowsOf);
}

/** Names of the classes of Stanford Cars' `cars_meta.mat`, by their numbers, which count from 1. */
export async function readMatNames(
  bytes: Uint8Array,
  where: string,
): Promise<ReadonlyMap<string, string>> {
  return parsed(bytes, where, (variables) => {
    const names = variables.get('class_names');
    const items = names?.kind === 'cell' ? names.items : [];
    return new Map(items.map((item, i) => [String(i + 1), textOf(item).normalize('NFC')]));
  });
}

async function parsed<Result>(
  bytes: Uint8Array,
  where: string,
  read: (variables: ReadonlyMap<string, MatValue>) => Result,
): Promise<Result> {
  try {
    return read(await readMat(bytes));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new DatasetError('bad-labels', `${where}: ${error.message}`);
  }
}

function rowsOf(variables: ReadonlyMap<string, MatValue>): string[][] {
  const numbers = (name: string) => matNumbers(variables.get(name));
  const [list, annotations] = [variables.get('file_list'), variables.get('annotations')];
  if (list?.kind === 'cell') {
    const labels = numbers('labels');
    return labeled(list.items.map((item, i) => [textOf(item), labels[i]]));
  }
  if (annotations?.kind === 'struct') {
    const rows = annotations.rows.map(
      (row) => [textOf(row.get('fname')), matNumbers(row.get('class'))[0]] as const,
    );
    return rows.every(([, label]) => label === undefined) ? [] : labeled(rows);
  }
  const splits = { train: numbers('trnid'), valid: numbers('valid'), test: numbers('tstid') };
  const parts = Object.entries(splits).flatMap(([split, ids]) =>
    ids.map((id) => [flowerName(id), split]),
  );
  if (parts.length > 0) return [['image', 'split'], ...parts];
  return labeled(numbers('labels').map((label, i) => [flowerName(i + 1), label]));
}

function labeled(rows: readonly (readonly [name: string, label: number | undefined])[]) {
  return [['image', 'label'], ...rows.map(([name, label]) => [name, String(label ?? '')])];
}

function textOf(value: MatValue | undefined): string {
  return value?.kind === 'char' ? value.text : '';
}

/** Source: the README of the 102 Category Flower Dataset, whose labels and splits count images from 1. */
function flowerName(id: number): string {
  return `image_${String(id).padStart(5, '0')}.jpg`;
}
