import { type MatValue, matNumbers } from '@alexnet/files/mat';

/** Fields of a struct by their names. */
export type Fields = ReadonlyMap<string, MatValue>;

/** Items of a cell array; none of any other value. */
export function cells(value: MatValue | undefined): readonly MatValue[] {
  return value?.kind === 'cell' ? value.items : [];
}

/** Elements of a struct array. */
export function structs(value: MatValue | undefined): readonly Fields[] {
  return value?.kind === 'struct' ? value.rows : [];
}

/** Fields of a struct, or of the first of several. */
export function fieldsOf(value: MatValue | undefined): Fields {
  return structs(value)[0] ?? new Map();
}

export function text(value: MatValue | undefined): string {
  return value?.kind === 'char' ? value.text : '';
}

/** Texts of a cell array; a text by itself is one. */
export function texts(value: MatValue | undefined): readonly string[] {
  return value?.kind === 'char' ? [value.text] : cells(value).map(text);
}

/** The first number, where there is one. */
export function numberIn(value: MatValue | undefined): number | undefined {
  return matNumbers(value)[0];
}
