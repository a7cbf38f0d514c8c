import { basename } from 'node:path';
import { FORMATS, type FormatName, TARGET_NAMES, type TargetName } from '@alexnet/convert';
import { closest } from 'fastest-levenshtein';
import { CommandError } from '../failure.js';

/** What a network can be read from, in the order they are looked for. */
export const SOURCE_FORMATS: readonly FormatName[] = FORMATS.map(({ name }) => name);

/** The formats of OUT by its ending; a folder is one of TF.js. */
const ENDINGS = new Map<string, TargetName>(
  TARGET_NAMES.flatMap((name) => {
    const endings = FORMATS.find((format) => format.name === name)?.endings ?? [];
    return [...endings, ...(name === 'tfjs' ? ['/'] : [])].map((ending) => [ending, name] as const);
  }),
);

/** The format OUT asks for by its ending. @throws CommandError `usage` naming the nearest ending */
export function formatOfEnding(target: string): TargetName {
  const endings = [...ENDINGS.keys()];
  const format = ENDINGS.get(endings.find((ending) => target.toLowerCase().endsWith(ending)) ?? '');
  if (format) return format;
  const name = basename(target);
  const dot = name.indexOf('.');
  const own = name.slice(dot).toLowerCase();
  const longer = endings.find((ending) => ending.endsWith(own));
  const nearest = dot < 0 ? '' : ` did you mean ${longer ?? closest(own, endings)}?`;
  throw new CommandError(
    'usage',
    `${target}: the ending must be one of ${endings.join(' ')}, or --to says the format;${nearest || ' it has none'}`,
  );
}
