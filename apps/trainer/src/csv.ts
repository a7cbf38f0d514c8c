/** A cell of CSV in quotes, those inside it doubled (RFC 4180). */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
