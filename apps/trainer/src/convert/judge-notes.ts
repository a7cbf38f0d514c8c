import type { Note, NoteCode } from '@alexnet/convert';

/** A note, and on which side of the conversion it arose. */
export interface StepNote extends Note {
  readonly step: 'read' | 'write';
}

/**
 * Lets a conversion through when each of its inexact notes was allowed.
 *
 * @throws Error in one line with everything that would be lost and how to allow it
 */
export function requireAllowed(notes: readonly Note[], allow: readonly NoteCode[]): void {
  const refused = notes.filter(({ code, exact }) => !exact && !allow.includes(code));
  if (refused.length === 0) return;
  const codes = [...new Set(refused.map(({ code }) => code))];
  const shown = codes.flatMap((code) => {
    const [first, ...more] = refused.filter((note) => note.code === code);
    return first ? [`${first.detail}${more.length > 0 ? ` and ${more.length} more` : ''}`] : [];
  });
  throw new Error(`inexact: ${shown.join('; ')} (--allow ${codes.join(' ')} does it anyway)`);
}

/** The notes as a table: step, code, exact or not, detail. */
export function formatNotes(notes: readonly StepNote[]): string[] {
  const rows = [
    ['step', 'code', 'exact', 'what'],
    ...alike(notes).map(({ step, code, exact, detail }) => [
      step,
      code,
      exact ? 'yes' : 'NO',
      detail,
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** One row where several say the same of several tensors. */
function alike(notes: readonly StepNote[]): readonly StepNote[] {
  const rows = new Map<string, StepNote & { readonly count: number }>();
  for (const note of notes) {
    const key = `${note.step} ${note.code} ${note.exact} ${note.detail.replace(/^"[^"]*"/, '')}`;
    const row = rows.get(key);
    rows.set(key, row ? { ...row, count: row.count + 1 } : { ...note, count: 1 });
  }
  return [...rows.values()].map(({ count, ...note }) =>
    count === 1 ? note : { ...note, detail: `${note.detail}, and ${count - 1} more` },
  );
}
