import { basename } from 'node:path';

/** The command as it was typed, without the folders that a value's file lies in: they are this machine's. */
export function tidyCommand(words: readonly string[]): string {
  const tidied = words.map((word) => {
    const [, option = '', value = word] = /^(--[a-z-]+=)(.*)$/s.exec(word) ?? [];
    const plain = value.startsWith('/') ? basename(value) : value;
    return `${option}${/\s/.test(plain) ? `'${plain}'` : plain}`;
  });
  return ['alexnet', ...tidied].join(' ');
}
