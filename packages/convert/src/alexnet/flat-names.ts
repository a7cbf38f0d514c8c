import type { StoredTensors } from '../tensors/tensor-file.js';

const DOTTED = /(^|\.)(weight|bias|running_mean|running_var)$/;
/** `features_0_weight`, `conv1_b`; a ParameterDict takes no dots. */
const BEHIND = /^(.*?)_(weight|bias|running_mean|running_var|[wWbB])$/;
/** `w1`, `bias_8`. */
const BEFORE = /^(.*?\.)?(weight|bias|[wWbB])s?_?(\d+)$/;

/**
 * The names of modules where every tensor of a file has one that was flattened: `features.0.weight` for
 * `features_0_weight`.
 *
 * @returns null without tensors, and where the names have dots, or do not say of each tensor what it is to its layer
 */
export function unflattened(tensors: StoredTensors): StoredTensors | null {
  const names = [...tensors.keys()];
  if (names.length === 0 || names.some((name) => DOTTED.test(name))) return null;
  const found: StoredTensors = new Map();
  for (const [name, tensor] of tensors) {
    const ours = moduleName(name);
    if (ours === null || found.has(ours)) return null;
    found.set(ours, tensor);
  }
  return found;
}

function moduleName(name: string): string | null {
  const [, path, last] = BEHIND.exec(name) ?? [];
  if (path && last) return `${path.replaceAll('_', '.')}.${partOf(last)}`;
  const [, prefix = '', first, count] = BEFORE.exec(name) ?? [];
  return first ? `${prefix}layer${count}.${partOf(first)}` : null;
}

function partOf(word: string): string {
  if (word.length > 1) return word;
  return word.toLowerCase() === 'w' ? 'weight' : 'bias';
}
