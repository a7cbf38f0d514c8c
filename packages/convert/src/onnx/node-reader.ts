import { FormatError } from '../format-error.js';
import { readNumber } from '../tensors/derived.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import type { GraphValue } from './graph-value.js';
import type { OnnxNode } from './parse-onnx.js';

/** A node with its inputs looked up; says which attributes were asked for, so that none is passed over. */
export class NodeReader {
  readonly operator: string;
  readonly inputs: readonly (GraphValue | undefined)[];
  readonly #node: OnnxNode;
  readonly #asked = new Set<string>();

  constructor(node: OnnxNode, values: ReadonlyMap<string, GraphValue>) {
    this.#node = node;
    this.operator = node.operator;
    this.inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
  }

  /** Whether the node names this input at all. */
  has(index: number): boolean {
    return (this.#node.inputs[index] ?? '') !== '';
  }

  get outputs(): readonly string[] {
    return this.#node.outputs;
  }

  number(name: string, byDefault: number): number {
    const value = this.#ask(name) ?? byDefault;
    if (typeof value === 'number') return Number.isInteger(value) ? value : readNumber(value);
    throw this.refusal(`has a ${name} that is no number`);
  }

  list(name: string, byDefault: readonly number[]): readonly number[] {
    const value = this.#ask(name) ?? byDefault;
    if (Array.isArray(value)) return value as readonly number[];
    throw this.refusal(`has a ${name} that is no list`);
  }

  text(name: string, byDefault: string): string {
    const value = this.#ask(name) ?? byDefault;
    if (typeof value === 'string') return value;
    throw this.refusal(`has a ${name} that is no text`);
  }

  attribute(name: string): unknown {
    return this.#ask(name);
  }

  /** Takes note of attributes that change nothing here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** @throws FormatError unsupported, where the attribute has another value */
  only(name: string, allowed: number | string): void {
    const value = this.#ask(name) ?? allowed;
    if (value !== allowed) throw this.refusal(`has ${name} ${String(value)}`);
  }

  /** @throws FormatError unsupported, naming an attribute nobody asked for */
  checkAllAsked(): void {
    const other = [...this.#node.attributes.keys()].find((name) => !this.#asked.has(name));
    if (other !== undefined) throw this.refusal(`has the attribute ${other}, which is not known`);
  }

  /** A float constant. */
  tensor(index: number): StoredTensor | undefined {
    const value = this.inputs[index];
    if (value?.kind !== 'constant' || value.constant.kind !== 'float') return undefined;
    return value.constant.tensor;
  }

  /** The whole numbers of a short constant; undefined for anything else. */
  integers(index: number): readonly number[] | undefined {
    const value = this.inputs[index];
    if (value?.kind !== 'constant' || value.constant.kind !== 'integer') return undefined;
    return value.constant.small ?? undefined;
  }

  refusal(detail: string): FormatError {
    return new FormatError('unsupported', `ONNX: ${this.operator} ${detail}`);
  }

  #ask(name: string): unknown {
    this.#asked.add(name);
    return this.#node.attributes.get(name);
  }
}
