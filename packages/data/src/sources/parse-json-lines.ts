/**
 * Rows of a file of one JSON object a line, as the `metadata.jsonl` of Hugging Face's ImageFolder: the keys
 * first, then the values that are text, numbers or booleans. None when a line is anything else.
 */
export function parseJsonLines(text: string): string[][] {
  const records: ReadonlyMap<string, string>[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const record = recordOf(line);
    if (record === null) return [];
    records.push(record);
  }
  const keys = [...new Set(records.flatMap((record) => [...record.keys()]))];
  return [keys, ...records.map((record) => keys.map((key) => record.get(key) ?? ''))];
}

function recordOf(line: string): Map<string, string> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const plain = Object.entries(value).filter(([, cell]) =>
      ['string', 'number', 'boolean'].includes(typeof cell),
    );
    return new Map(plain.map(([key, cell]) => [key, String(cell)]));
  } catch {
    return null;
  }
}
