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
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '{' || letter === '[') {
      scopes.push(new Set());
      if (scopes.length > depth) {
        throw new FormatError('too-large', `${where} is nested deeper than ${depth}`);
      }
    } else if (letter === '}' || letter === ']') {
      scopes.pop();
    } else if (letter === '"') {
      const end = endOfString(text, at);
      if (isKey(text, end)) {
        const key: string = JSON.parse(text.slice(at, end + 1));
        const scope = scopes.at(-1);
        if (scope?.has(key)) {
          throw new FormatError('duplicate-name', `${where} holds the key "${key}" twice`);
        }
        checkName(key, where);
        scope?.add(key);
      }
      at = end;
    }
  }
}

/** Where the string that starts at a quote ends; a regular expression takes no string of megabytes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
}

function isKey(text: string, end: number): boolean {
  let next = end + 1;
  while (' \t\n\r'.includes(text[next] ?? '.')) next++;
  return text[next] === ':';
}
