import { CommandError } from '../failure.js';

/**
 * `--mean`: the path of a file, or the three numbers that come off B, G and R, `104,117,123`.
 *
 * @throws CommandError `usage` for numbers that are not three
 */
export function parseMean(text: string): string | readonly [number, number, number] {
  if (!/^[-\d.]+(,[-\d.]+)*$/.test(text)) return text;
  const [blue, green, red, ...more] = text.split(',').map(Number);
  const numbers = [blue, green, red].every((value) => Number.isFinite(value));
  if (numbers && more.length === 0) return [blue, green, red] as [number, number, number];
  throw new CommandError(
    'usage',
    `--mean ${text}: expected a file, or three numbers between commas`,
  );
}
