import { stripVTControlCharacters } from 'node:util';

/** What differs from machine to machine and run to run, and is not compared. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AMD|Intel|Apple|Neoverse)[\w()@. -]*(?:, \d+ threads?)?/g, '<machine>'],
  [/\b\d[\d.,]*\s?images?\/s/g, '<speed>'],
  [/\b\d[\d.,]*\s?\/s\b/g, '<speed>'],
  [/(?:\b\d[\d.,]*\s?(?:ms|s|min|h)\b\s?)+/g, '<time> '],
  [/\b\d+\.\d+\.\d+(?:-[\w.]+)?\b/g, '<version>'],
  [/\b(127\.0\.0\.1|localhost):\d+/g, '$1:<port>'],
];

/**
 * Null if a page's output is what was printed, else the first difference in words.
 *
 * Times, speeds, machine names, versions and ports are not compared. A number with decimals may be
 * 1 % or one unit of its last place off, for processors differ there; everything else is exact. `…` in
 * the page stands for anything in its line, alone in a line for any lines.
 */
export function compareOutput(page: string, printed: string): string | null {
  const wanted = linesOf(page);
  const got = linesOf(printed);
  const at = mismatch(wanted, 0, got, 0);
  if (at === null) return null;
  const [row, gotRow] = at;
  return `line ${row + 1}: the page says ${quote(wanted[row])}, printed was ${quote(got[gotRow])}`;
}

/** The first pair of rows that differ, trying every length for a lone `…`. */
function mismatch(
  wanted: readonly string[],
  row: number,
  got: readonly string[],
  gotRow: number,
): [number, number] | null {
  let here = row;
  let there = gotRow;
  for (; here < wanted.length; here++, there++) {
    if (wanted[here] === '…') {
      let last: [number, number] = [here, there];
      for (let skip = there; skip <= got.length; skip++) {
        const rest = mismatch(wanted, here + 1, got, skip);
        if (rest === null) return null;
        if (rest[0] > last[0]) last = rest;
      }
      return last;
    }
    const line = got[there];
    if (line === undefined || !sameLine(wanted[here] ?? '', line)) return [here, there];
  }
  return there === got.length ? null : [here, there];
}

const NUMBER = /-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/g;

function sameLine(wanted: string, got: string): boolean {
  const numbers: string[] = [];
  const pattern = wanted
    .split('…')
    .map((part) => {
      let regex = '';
      let end = 0;
      for (const { 0: number, index } of part.matchAll(NUMBER)) {
        if (!/[.e]/.test(number)) continue;
        regex += `${literal(part.slice(end, index))}(-?[\\d,]+(?:\\.\\d+)?(?:e[+-]?\\d+)?)`;
        numbers.push(number);
        end = index + number.length;
      }
      return regex + literal(part.slice(end));
    })
    .join('.*?');
  const match = new RegExp(`^${pattern}$`, 'u').exec(got);
  return match !== null && numbers.every((number, i) => close(number, match[i + 1] ?? ''));
}

function close(wanted: string, got: string): boolean {
  const value = Number(wanted.replaceAll(',', ''));
  const decimals = /\.(\d+)(?:e([+-]?\d+))?/.exec(wanted);
  const lastPlace = 10 ** (Number(decimals?.[2] ?? 0) - (decimals?.[1]?.length ?? 0));
  const tolerance = Math.max(Math.abs(value) * 0.01, lastPlace * 1.001);
  return Math.abs(value - Number(got.replaceAll(',', ''))) <= tolerance;
}

function linesOf(text: string): string[] {
  let plain = stripVTControlCharacters(text);
  for (const [pattern, name] of VARYING) plain = plain.replace(pattern, name);
  const lines = plain.split(/\r?\n/).map((line) => line.trimEnd().replace(/ {2,}/g, '  '));
  while (lines.at(-1) === '') lines.pop();
  while (lines[0] === '') lines.shift();
  return lines;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function quote(line: string | undefined): string {
  return line === undefined ? 'nothing' : JSON.stringify(line);
}
