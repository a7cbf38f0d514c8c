/** Panels that `?embed=` shows alone, in somebody's page. */
export const EMBEDS = [
  'answer',
  'map',
  'filters',
  'maps',
  'unit',
  'layers',
  'towers',
  'why',
  'knock-out',
  'beside',
  'training',
] as const;

export type Embed = (typeof EMBEDS)[number];

/** What an address asks to show alone: null for the whole page. */
export function readEmbed(query: URLSearchParams): {
  readonly panel: Embed | null;
  readonly unknown: string | null;
} {
  const wanted = query.get('embed');
  const panel = EMBEDS.find((name) => name === wanted) ?? null;
  return { panel, unknown: panel === null ? wanted : null };
}

/** The same on a page of its own. */
export function withoutEmbed(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('embed');
  return url.href;
}
