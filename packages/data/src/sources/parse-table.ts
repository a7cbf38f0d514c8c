/** Excel's first line where it says the separator. */
const SEPARATOR = /^sep=([,;\t|])\n/i;

/** Rows of comma-, semicolon- or tab-separated text with quotes (RFC 4180), lines ended in any way. */
export function parseTable(text: string): string[][] {
  const whole = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const [line = '', said] = SEPARATOR.exec(whole) ?? [];
  const plain = whole.slice(line.length);
  const [head = ''] = plain.split('\n', 1);
  const count = (mark: string) => head.split(mark).length;
  const [most = ','] = ['\t', ';', ','].sort((a, b) => count(b) - count(a));
  const separator = said ?? most;
  const end = new RegExp(`[\n${separator}]`, 'g');
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < plain.length; at = end.lastIndex || plain.length) {
    let start = at;
    while (plain[start] === ' ') start++;
    const close = plain[start] === '"' ? closingQuote(plain, start + 1) : -1;
    const quoted = close === -1 ? '' : plain.slice(start + 1, close).replaceAll('""', '"');
    if (close !== -1) at = close + 1;
    end.lastIndex = at;
    const mark = end.exec(plain);
    row.push(`${quoted}${plain.slice(at, mark?.index)}`);
    if (mark?.[0] === separator) continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows.filter((cells) => cells.some((text) => text.trim() !== ''));
}

/** Where a quoted cell ends; -1 where nothing closes it, and the mark is a letter as any other. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
