/** A name with its ending, which may have blanks, or one word; what follows after a blank or a mark. */
const LINE = /^(.*?\.(?:jpe?g|png|webp|gif|tiff?|bmp|p[gbpn]m)|[^\s,;]+)(?:[\s,;]+(.*))?$/i;

/**
 * Lines of a text file that lists images: a name, then nothing, a class, or numbers, which are a column
 * each. A class may have blanks, a name without ending may not.
 */
export function parseList(text: string): string[][] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, rest = ''] = LINE.exec(line.trim()) ?? [];
    if (name === undefined) return [];
    if (rest === '') return [[name]];
    const words = rest.split(/[\s,;]+/);
    return [[name, ...(words.every((word) => /^-?[\d.]+$/.test(word)) ? words : [rest])]];
  });
}
