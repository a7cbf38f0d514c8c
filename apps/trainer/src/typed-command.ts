import { basename } from 'node:path';

/**
 * The command as it was typed, for records: without the token of `--serve-token`, values with spaces in quotes.
 *
 * @param paths `base`: without the folders that a value's file lies in, which are this machine's
 */
export function typedCommand(
  words: readonly string[] = process.argv.slice(2),
  { paths = 'whole' }: { readonly paths?: 'whole' | 'base' } = {},
): string {
  const shown = words.map((word, at) => {
    const [, option = '', value = word] = /^(--[a-z-]+=)(.*)$/s.exec(word) ?? [];
    if (option === '--serve-token=' || words[at - 1] === '--serve-token') return `${option}…`;
    const plain = paths === 'base' && value.startsWith('/') ? basename(value) : value;
    return `${option}${/\s/.test(plain) ? `'${plain}'` : plain}`;
  });
  return ['alexnet', ...shown].join(' ');
}
