import { checkName } from '@alexnet/files';
import { FormatError } from './format-error.js';

/**
 * JSON.parse for files from strangers: also refuses a key given twice (JSON.parse keeps the last
 * one silently), the prototype names, and nesting deeper than `depth`.
 *
 * @param where names the text in errors, e.g. "safetensors header"
 * @throws FormatError bad-json, duplicate-name, forbidden-name, too-large
 */
export function parseStrictJson(text: string, where: string, depth: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('bad-json', `${where} is not valid JSON`, { cause });
  }
  checkKeys(text, where, depth);
  return value;
}

/** Walks text already known to be JSON, so a string followed by a colon is a key. */
function checkKeys(text: string, where: string, depth: number): void {
  const scopes: Set<string>[] = [];
  const token = /"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/gs;
  for (const [match] of text.matchAll(token)) {
    if (match === '{' || match === '[') {
      scopes.push(new Set());
      if (scopes.length > depth) {
        throw new FormatError('too-large', `${where} is nested deeper than ${depth}`);
      }
    } else if (match === '}' || match === ']') {
      scopes.pop();
    } else if (match.endsWith(':')) {
      const key: string = JSON.parse(match.slice(0, match.lastIndexOf('"') + 1));
      const scope = scopes.at(-1);
      if (scope?.has(key)) {
        throw new FormatError('duplicate-name', `${where} holds the key "${key}" twice`);
      }
      checkName(key, where);
      scope?.add(key);
    }
  }
}
