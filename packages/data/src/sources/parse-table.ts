/** Rows of comma-, semicolon- or tab-separated text with quotes (RFC 4180). */
export function parseTable(text: string): string[][] {
  const [head = ''] = text.split('\n', 1);
  const count = (mark: string) => head.split(mark).length;
  const separator = ['\t', ';', ','].sort((a, b) => count(b) - count(a))[0] as string;
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const plain = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < plain.length; at++) {
    const letter = plain[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (plain[at + 1] === '"') cell += plain[++at];
      else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === separator) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else cell += letter;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows.filter((cells) => cells.some((text) => text.trim() !== ''));
}
